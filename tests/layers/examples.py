"""Telling examples of the layers that generated ones meet seldom: no two sizes alike, axes counted from both ends."""

from cnncalc import layers

X, Y = (4, 6, 9), (2, 5)

EXAMPLES = [
    # windows
    *(
        (layers.Conv2d(6, (3, 2), (2, 3), padding, (1, 2), groups, bias), X)
        for padding, groups, bias in (((1, 2), 2, True), ("valid", 1, False))
    ),
    (layers.Conv1d(3, 4, padding="same", dilation=3), (2, 7)),
    (layers.Conv3d(4, (3, 2, 1), (1, 2, 3), (1, 0, 2), groups=2), (2, 4, 5, 6)),
    (layers.ConvTranspose2d(6, (3, 2), (2, 3), (1, 0), (1, 2), 2, dilation=(1, 2)), X),
    (layers.ConvTranspose3d(4, (3, 2, 1), (1, 2, 3), (1, 0, 0), (0, 1, 2), 2), (2, 3, 4, 5)),
    (layers.MaxPool2d((3, 4), (2, 3), (1, 2), (2, 1), ceil_mode=True), (2, 9, 10)),
    (layers.MaxPool3d((3, 2, 1), None, (1, 0, 0)), (2, 7, 5, 4)),
    (layers.AvgPool2d((3, 4), (2, 3), (1, 2), ceil_mode=True), (2, 9, 10)),
    (layers.LPPool1d(3, 2, ceil_mode=True), (2, 8)),
    (layers.LPPool2d((3, 2), (2, 3), ceil_mode=True), (2, 8, 9)),
    (layers.MaxUnpool2d((3, 2), (2, 3), (1, 0)), (2, 4, 5)),
    (layers.MaxUnpool3d((3, 2, 1)), (2, 2, 3, 4)),
    (layers.AdaptiveAvgPool2d((None, 4)), (2, 5, 9)),
    (layers.AdaptiveAvgPool2d((1, 4)), (2, 5, 9)),
    (layers.AdaptiveMaxPool3d((2, None, 1)), (2, 5, 3, 4)),
    (layers.DepthwiseConv2d((3, 2), (2, 3), (1, 0), channel_multiplier=3), X),
    (layers.SeparableConv2d((3, 2), (2, 3), (1, 0), out_channels=5, channel_multiplier=3), X),
    (layers.LocallyConnected2d((3, 2), (2, 3), (1, 0), out_channels=3), X),
    (layers.ConnectedConv2d((3, 2), (2, 3), (1, 0), table=((0, 3), (1,), (2, 3, 0))), X),
    (layers.Subsampling2d((3, 2), (2, 3)), X),
    (layers.Subsampling2d((3, 2)), X),
    # padding
    (layers.ZeroPad2d((1, 2, 3, 0)), X),
    (layers.ZeroPad3d((1, 2, 3, 4, 5, -1)), (2, 3, 4, 5)),
    (layers.ReflectionPad2d((1, 2, 3, 0)), X),
    (layers.ReplicationPad3d((1, 2, 3, 4, 5, 0)), (2, 3, 4, 5)),
    (layers.PadAxes((1, 2, 0, 3)), X),
    (layers.PadAxes((1, -2, -1, 3, 2, 0)), X),
    *((layers.PadAxes((1, 2, 0, 3), mode=mode), X) for mode in ("reflect", "replicate", "circular")),
    (layers.PadAxes((2, 0), mode="circular"), (5,)),
    (layers.PadAxes((0, 2), mode="circular"), Y),
    (layers.PadToMultiple(4), X),
    (layers.PadToMultiple(4, (1, -1)), (5, 6, 7)),
    (layers.PadToMultiple(4, (2,)), (5, 8, 7)),
    (layers.PadLike(), X, (7, 9, 4)),
    (layers.PadLike(), Y, (7, 10)),
    (layers.SamePad((3, 4), (2, 3), (1, 2)), X),
    (layers.SamePad(5, 3), Y),
    # axes
    *((kind(dim), X) for kind in (layers.Softmax, layers.LogSoftmax, layers.CumulativeSum) for dim in (1, 2, -1)),
    (layers.GLU(1), X),
    (layers.GLU(-2), X),
    (layers.Maxout(2), X),
    *((layers.Mean(dim, keepdim=keepdim), X) for dim in (1, 2, (1, -1), (-3, -2)) for keepdim in (True, False)),
    (layers.Sum((3, 1)), X),
    (layers.ArgMax(2), X),
    (layers.Product(-2, keepdim=True), X),
    (layers.Norm((1, 3)), X),
    # arrangements
    (layers.Flatten(), X),
    (layers.Flatten(2), X),
    (layers.Flatten(1, 2), X),
    (layers.Flatten(-2, -1), X),
    (layers.Flatten(2, -2), X),
    (layers.Unflatten(1, (2, 2)), X),
    (layers.Unflatten(-1, (3, -1)), X),
    (layers.Unflatten(2, (2, 1, 3)), X),
    (layers.Reshape((8, -1, 3)), X),
    (layers.Reshape((216,)), X),
    (layers.ReshapeLike((0, -1, 0), (2, -1)), X, (7, 3, 4)),
    (layers.ReshapeLike((0, 0, 9), (1, 2)), X, (6, 4)),
    (layers.Permute((0, 3, 1, 2)), X),
    (layers.Permute((0, -1, 2, 1)), X),
    (layers.Squeeze(), (1, 4, 1, 5)),
    (layers.Squeeze(1), (1, 4, 1, 5)),
    (layers.Squeeze(-2), (1, 4, 1, 5)),
    (layers.Squeeze(2), (1, 4, 1, 5)),
    *((layers.Unsqueeze(dim), X) for dim in (1, 3, 4, -1, -2)),
    (layers.Expand((4, -1, 9)), (1, 6, 1)),
    (layers.Expand((-1, 6)), (4, 6)),
    (layers.ExpandAs(), (4, 1, 9), X),
    (layers.Tile((1, 2, 3)), X),
    (layers.RepeatInterleave(3), X),
    (layers.RepeatInterleave(2, -1), X),
    (layers.RepeatInterleave(2, 2), X),
    # pieces
    *(
        (layers.Slice(start, stop, step, dim), X)
        for start, stop, step, dim in (
            (1, 4, 1, 1),
            (-5, -1, 2, 3),
            (2, None, 3, -1),
            (0, 99, 1, 2),
            (-99, 3, 1, 2),
            (-2, None, 1, 2),
            (0, -1, 5, -2),
        )
    ),
    (layers.Crop(1, 2), X, (9, 4)),
    (layers.Crop(2, -1, 1), X, (7, 5)),
    (layers.Crop(1, 3, -1), X, (7, 8)),
    *((layers.Chunk(chunks, index, dim), X) for chunks, index, dim in ((2, 1, 1), (4, 2, 3), (2, 1, -1), (4, 1, 2))),
    *(
        (layers.Split(size, index, dim), X)
        for size, index, dim in (
            (3, 1, 1),
            (2, 1, 2),
            (4, 2, -1),
            ((1, 3), 1, 1),
            ((2, 3, 4), 2, 3),
            ((2, 3, 4), 1, -1),
        )
    ),
    (layers.IndexSelect(), X, (7, 8)),
    (layers.IndexSelect(-1), X, (7,)),
    (layers.IndexSelect(2), X, (7, 8)),
    (layers.Roll((2,), (1,)), X),
    (layers.Roll((-2, 5), (3, 2)), X),
    (layers.Roll((1, -4), (-1, 1)), X),
    (layers.Roll((1, 3), (2, -2)), X),
    (layers.Flip((1,)), X),
    (layers.Flip((-1, 2)), X),
    *((layers.Windows(dim, size, step), X) for dim, size, step in ((1, 2, 1), (2, 3, 2), (-1, 4, 3))),
    (layers.Unfold((3, 2), (1, 2), (1, 0), (2, 3)), X),
    (layers.Unfold(2), X),
    (layers.Fold(5, 2), (12, 16)),
    (layers.Fold((6, 9), (3, 2), (1, 2), (1, 0), (2, 3)), (12, 9)),
    # resampling
    *((layers.Upsample((8, 5), mode=mode), X) for mode in ("nearest", "nearest-exact", "bilinear", "bicubic")),
    *(
        (layers.Upsample(scale_factor=(1.5, 0.4), mode=mode), X)
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic")
    ),
    *(
        (layers.Upsample(scale_factor=2.0, mode=mode), X)
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic")
    ),
    *((layers.Upsample((8, 5), mode=mode, align_corners=True), X) for mode in ("bilinear", "bicubic")),
    *((layers.Upsample((6, 1), mode=mode, align_corners=True), X) for mode in ("bilinear", "bicubic")),
    *(
        (layers.Upsample(scale_factor=(1.1, 1.05), mode=mode), X)
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic")
    ),
    (layers.Upsample(scale_factor=1.05, mode="linear"), Y),
    (layers.Upsample(scale_factor=2.0), Y),
    (layers.Upsample(scale_factor=1.1, mode="nearest"), Y),
    (layers.Upsample((3, 7, 5), mode="trilinear"), (2, 2, 3, 4)),
    (layers.Upsample(mode="bilinear"), X, (2, 11, 4)),
    (layers.Upsample(mode="bilinear", align_corners=True), X, (2, 2, 4)),
    (layers.Upsample(5), X),
    (layers.Upsample((2, 8), mode="bilinear", align_corners=True), X),
    (layers.Upsample(scale_factor=2.05), X),
    (layers.Upsample(scale_factor=(1.1, 1.5, 1.0), mode="trilinear"), (2, 3, 3, 4)),
    (layers.PixelShuffle(2), (8, 3, 5)),
    (layers.PixelUnshuffle(2), (3, 4, 6)),
    (layers.ChannelShuffle(2), (6, 3)),
    (layers.ChannelShuffle(3), (6, 3, 2)),
    # several inputs
    (layers.Add(), (4, 1, 9), (4, 6, 1), (1, 1, 1)),
    (layers.Where(), (4, 1), (1, 5), (4, 5)),
    (layers.Concat(), X, (2, 6, 9), (1, 6, 9)),
    (layers.Concat(-1), X, (4, 6, 2)),
    (layers.Concat(2), X, (4, 3, 9), X),
    (layers.MatMul(), (1, 3, 4, 5), (2, 1, 5, 6)),
    (layers.MatMul(), (4, 5), (5, 6)),
    (layers.Einsum("hld,hmd->hlm"), (2, 3, 4), (2, 5, 4)),
    (layers.Einsum("ab,bc->ca"), (2, 3), (3, 4)),
    (layers.ScaledDotProductAttention(), (2, 3, 4), (2, 5, 4), (2, 5, 6)),
    (layers.MultiheadAttention(2), (3, 6), (5, 6), (5, 6)),
    (layers.MultiheadAttention(3), (4, 6)),
    # element by element
    *((layers.Function(name), Y) for name in ("exp", "neg", "compare", "isnan", "isfinite", "logical_not")),
    *((layer, Y) for layer in (layers.Scale(2.5), layers.Shift(-2.5), layers.Power(3.0), layers.Clamp(min=0.0))),
    *((layer, Y) for layer in (layers.Clamp(max=0.5), layers.Clamp(), layers.PReLU(2), layers.GELU("tanh"))),
    *((layer, X) for layer in (layers.LayerScale(), layers.PositionBias(), layers.ELU(0.5), layers.LeakyReLU(0.2))),
    # norms
    (layers.BatchNorm2d(track_running_stats=False), X),
    (layers.InstanceNorm1d(), Y),
    (layers.GroupNorm(2), X),
    (layers.LayerNorm(), X),
    (layers.LayerNorm((6, 9), bias=False), X),
    (layers.LayerNorm(9, elementwise_affine=False), X),
    (layers.RMSNorm((6, 9)), X),
    (layers.LocalResponseNorm(3), X),
    (layers.LocalResponseNorm(2), X),
    # the last axis, and sequences
    (layers.Linear(3), X),
    (layers.Linear(3, bias=False), (7,)),
    (layers.LSTM(3, 2), (5, 4)),
    (layers.GRU(3, 2, bidirectional=True, bias=False), (5, 4)),
    (layers.RNN(3), (5, 4)),
    (layers.Embedding(9, 3), Y),
]
