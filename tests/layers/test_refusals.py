"""What a layer refuses, by the first of its checks that fails: the hyper-parameter to blame, and the sentence in full.

Each is also refused by PyTorch where it has the kind (``test_against_torch.py``, ``tests/differential``); beside each
limit stands what is just taken.
"""

import pytest

from cnncalc import layers


def refusal(layer, *inputs):
    """The field and the sentence of the first check that fails; None where all hold."""
    for check in layer.checks(*inputs):
        if not check.holds:
            return check.field, check.explain()
    return None


A, B, C = (4, 8, 8), (6, 5, 7), (4, 3)

REFUSED = [
    # ranks
    (layers.Conv1d(1, 1), [A], "", "Conv1d takes an input of 2 axes, [C, L]; what arrives is 4×8×8"),
    (layers.Conv2d(1, 1), [C], "", "Conv2d takes an input of 3 axes, [C, H, W]; what arrives is 4×3"),
    (layers.Conv3d(1, 1), [A], "", "Conv3d takes an input of 4 axes, [C, D, H, W]; what arrives is 4×8×8"),
    (layers.ConvTranspose1d(1, 1), [A], "", "ConvTranspose1d takes an input of 2 axes, [C, L]; what arrives is 4×8×8"),
    (layers.MaxPool2d(1), [()], "", "MaxPool2d takes an input of 3 axes, [C, H, W]; what arrives is scalar"),
    (layers.MaxUnpool2d(1), [C], "", "MaxUnpool2d takes an input of 3 axes, [C, H, W]; what arrives is 4×3"),
    (layers.AdaptiveAvgPool1d(1), [A], "", "AdaptiveAvgPool1d takes an input of 2 axes, [C, L]; what arrives is 4×8×8"),
    (layers.ZeroPad2d(1), [C], "", "ZeroPad2d takes an input of 3 axes, [C, H, W]; what arrives is 4×3"),
    (layers.PixelShuffle(2), [C], "", "PixelShuffle takes an input of 3 axes, [C, H, W]; what arrives is 4×3"),
    (layers.PixelUnshuffle(2), [C], "", "PixelUnshuffle takes an input of 3 axes, [C, H, W]; what arrives is 4×3"),
    (layers.Unfold(2), [C], "", "Unfold takes an input of 3 axes, [C, H, W]; what arrives is 4×3"),
    (layers.LSTM(2), [(3,)], "", "LSTM takes an input of 2 axes, [L, E]; what arrives is 3"),
    (layers.BatchNorm1d(), [A], "", "BatchNorm1d takes an input of the form [C] or [C, L]; what arrives is 4×8×8"),
    (layers.BatchNorm2d(), [C], "", "BatchNorm2d takes an input of the form [C, H, W]; what arrives is 4×3"),
    (layers.BatchNorm3d(), [C], "", "BatchNorm3d takes an input of the form [C, D, H, W]; what arrives is 4×3"),
    (layers.InstanceNorm1d(), [(4,)], "", "InstanceNorm1d takes an input of the form [C, L]; what arrives is 4"),
    (layers.InstanceNorm2d(), [C], "", "InstanceNorm2d takes an input of the form [C, H, W]; what arrives is 4×3"),
    (layers.InstanceNorm3d(), [C], "", "InstanceNorm3d takes an input of the form [C, D, H, W]; what arrives is 4×3"),
    (layers.Fold(4, 2), [A], "", "Fold takes an input of 2 axes, [C·K·K, positions]; what arrives is 4×8×8"),
    (layers.SamePad(2), [(3,)], "", "SamePad takes [C] and one to three axes more; what arrives is 3"),
    (layers.SamePad(2), [(1,) * 5], "", "SamePad takes [C] and one to three axes more; what arrives is 1×1×1×1×1"),
    (
        layers.LocalResponseNorm(2),
        [(4,)],
        "",
        "LocalResponseNorm takes channels and at least one more axis; what arrives is 4",
    ),
    (
        layers.ChannelShuffle(2),
        [(4,)],
        "",
        "ChannelShuffle takes channels and at least one more axis; what arrives is 4",
    ),
    (layers.Upsample(2), [(4,)], "", "Upsample takes [C] and one to three axes more; what arrives is 4"),
    (layers.Upsample(2), [(1,) * 5], "", "Upsample takes [C] and one to three axes more; what arrives is 1×1×1×1×1"),
    *(
        (
            layers.Upsample(2, mode=mode),
            [shape],
            "",
            f"Upsample in mode {mode} takes an input of {axes}; what arrives is {arrives}",
        )
        for mode, shape, axes, arrives in (
            ("linear", A, "2 axes, [C, L]", "4×8×8"),
            ("bilinear", C, "3 axes, [C, H, W]", "4×3"),
            ("trilinear", A, "4 axes, [C, D, H, W]", "4×8×8"),
            ("bicubic", C, "3 axes, [C, H, W]", "4×3"),
        )
    ),
    *(
        (layer, [()], "", f"{type(layer).__name__} takes an input of at least one axis; what arrives is scalar")
        for layer in (layers.Linear(2), layers.GroupNorm(2), layers.PReLU(), layers.Maxout(2))
    ),
    # windows
    (
        layers.Conv2d(1, (3, 9), padding=(0, 1), dilation=(1, 2)),
        [A],
        "kernel_size",
        "a kernel of 9 (dilation 2) does not fit into the width of 8 with padding 1 on each side",
    ),
    (
        layers.Conv3d(1, (5, 1, 1)),
        [(1, 4, 9, 9)],
        "kernel_size",
        "a kernel of 5 (dilation 1) does not fit into the depth of 4 with padding 0 on each side",
    ),
    (
        layers.MaxPool1d(4),
        [C],
        "kernel_size",
        "a kernel of 4 (dilation 1) does not fit into the length of 3 with padding 0 on each side",
    ),
    (
        layers.MaxPool2d((4, 3), padding=(2, 2)),
        [A],
        "padding",
        "padding 2 along the width is more than half of a kernel of 3",
    ),
    (layers.AvgPool1d(1, padding=1), [C], "padding", "padding 1 along the length is more than half of a kernel of 1"),
    (
        layers.AvgPool3d(5, padding=1),
        [(1, 5, 4, 5)],
        "kernel_size",
        "a kernel of 5 is larger than the height of 4, which this kind does not take, padded or not",
    ),
    (
        layers.LPPool3d(5, ceil_mode=True, stride=9),
        [(1, 5, 5, 4)],
        "kernel_size",
        "a kernel of 5 is larger than the width of 4, which this kind does not take, padded or not",
    ),
    (layers.LPPool1d(2, norm_type=0.0), [C], "norm_type", "there is no root of degree 0.0"),
    (layers.MaxUnpool1d(2, padding=3), [C], "padding", "nothing is left of 4×3"),
    (layers.Conv2d(1, 3, padding="same", stride=(1, 2)), [A], "stride", 'padding "same" needs stride 1, found 2'),
    (layers.Conv2d(6, 3, groups=3), [A], "groups", "4 input channels cannot be divided into 3 groups"),
    (layers.Conv2d(6, 3, groups=4), [A], "groups", "6 output channels cannot be divided into 4 groups"),
    (layers.Conv2d(6, 3, in_channels=5), [A], "in_channels", "in_channels is stated as 5, but 4 arrive"),
    (layers.ConvTranspose2d(6, 3, groups=3), [A], "groups", "4 input channels cannot be divided into 3 groups"),
    (layers.ConvTranspose2d(6, 3, groups=4), [A], "groups", "6 output channels cannot be divided into 4 groups"),
    (layers.ConvTranspose2d(6, 3, in_channels=5), [A], "in_channels", "in_channels is stated as 5, but 4 arrive"),
    (
        layers.ConvTranspose2d(6, 3, output_padding=(2, 3), stride=3, dilation=(1, 2)),
        [A],
        "output_padding",
        "output_padding 3 is smaller than neither stride 3 nor dilation 2",
    ),
    (
        layers.ConvTranspose2d(6, 3, padding=(0, 5)),
        [A],
        "padding",
        "the output along the width would have 0 elements",
    ),
    (
        layers.ConnectedConv2d(kernel_size=3, table=[(0, 1), (0, 4)]),
        [A],
        "table",
        "output map 1 reads input map 4, but only 4 arrive, counted from 0",
    ),
    (
        layers.ConnectedConv2d(kernel_size=3, table=[(0, 1), (3, 3, 1)]),
        [A],
        "table",
        "output map 1 reads an input map twice: 3, 3, 1",
    ),
    (
        layers.ConnectedConv2d(kernel_size=9, table=[(0,)]),
        [A],
        "kernel_size",
        "a kernel of 9 (dilation 1) does not fit into the height of 8 with padding 0 on each side",
    ),
    # what is stated of what arrives
    (layers.Linear(2, in_features=5), [A], "in_features", "in_features is stated as 5, but 8 arrive"),
    (layers.BatchNorm2d(num_features=5), [A], "num_features", "num_features is stated as 5, but 4 arrive"),
    (layers.GroupNorm(2, num_channels=5), [A], "num_channels", "num_channels is stated as 5, but 4 arrive"),
    (layers.GRU(2, input_size=5), [C], "input_size", "input_size is stated as 5, but 3 arrive"),
    (layers.MultiheadAttention(1, embed_dim=5), [C], "embed_dim", "embed_dim is stated as 5, but 3 arrive"),
    # normalisation
    (
        layers.BatchNorm2d(eps=-1e-5),
        [A],
        "eps",
        "eps is -1e-05, expected a number of at least 0, and above 0 without running statistics",
    ),
    (
        layers.BatchNorm2d(eps=0.0, track_running_stats=False),
        [A],
        "eps",
        "eps is 0.0, expected a number of at least 0, and above 0 without running statistics",
    ),
    (layers.GroupNorm(3), [A], "num_groups", "4 channels cannot be divided into 3 groups"),
    (layers.LayerNorm((8, 7)), [A], "normalized_shape", "normalized_shape 8×7 is not the end of what arrives, 4×8×8"),
    (
        layers.LayerNorm((4, 4, 8, 8)),
        [A],
        "normalized_shape",
        "normalized_shape 4×4×8×8 is not the end of what arrives, 4×8×8",
    ),
    (
        layers.LayerNorm((4, 8, 8, 8)),
        [A],
        "normalized_shape",
        "normalized_shape 4×8×8×8 is not the end of what arrives, 4×8×8",
    ),
    (layers.RMSNorm(7), [A], "normalized_shape", "normalized_shape 7 is not the end of what arrives, 4×8×8"),
    (
        layers.InstanceNorm2d(),
        [(4, 1, 1)],
        "",
        "InstanceNorm2d of 4×1×1 would take the mean and the variance of single elements",
    ),
    # padding
    (layers.ZeroPad2d((0, 0, -5, -3)), [A], "padding", "nothing is left of the height of 8 with padding -5 and -3"),
    (layers.ZeroPad1d((-4, 5)), [C], "padding", "nothing is left of the length of 3 with padding -4 and 5"),
    (layers.ConstantPad1d((5, -4)), [C], "padding", "nothing is left of the length of 3 with padding 5 and -4"),
    (layers.ReflectionPad2d((7, 8, 0, 0)), [A], "padding", "a reflection of 7 and 8 does not fit into the width of 8"),
    (
        layers.ReflectionPad3d((0, 0, 0, 0, 2, 0)),
        [(1, 2, 8, 8)],
        "padding",
        "a reflection of 2 and 0 does not fit into the depth of 2",
    ),
    (layers.PadAxes((1, 1, 1)), [A], "padding", "[1, 1, 1] are not two paddings for each of the last axes of 4×8×8"),
    (
        layers.PadAxes((0,) * 6),
        [C],
        "padding",
        "[0, 0, 0, 0, 0, 0] are not two paddings for each of the last axes of 4×3",
    ),
    (layers.PadAxes((0, 0, -2, -2)), [C], "padding", "nothing is left of 4×3 with padding [0, 0, -2, -2]"),
    (
        layers.PadAxes((1, 1), mode="reflect"),
        [A],
        "padding",
        "mode reflect pads all axes of a sample or all but the first, at most 3; found 2 paddings for 4×8×8",
    ),
    (
        layers.PadAxes((0,) * 8, mode="replicate"),
        [(1, 4, 8, 8)],
        "padding",
        "mode replicate pads all axes of a sample or all but the first, at most 3; found 8 paddings for 1×4×8×8",
    ),
    (layers.PadAxes((2, 3), mode="reflect"), [C], "padding", "4×3 is too short for padding [2, 3] in mode reflect"),
    (layers.PadAxes((4, 0), mode="circular"), [C], "padding", "4×3 is too short for padding [4, 0] in mode circular"),
    (layers.PadAxes((0, 4), mode="circular"), [C], "padding", "4×3 is too short for padding [0, 4] in mode circular"),
    *(
        (
            layers.SamePad(**({"kernel_size": 3} | {field: (1, 1)})),
            [C],
            field,
            f"{field} has another number of axes than 4×3",
        )
        for field in ("kernel_size", "stride", "dilation")
    ),
    (layers.PadToMultiple(2, (1, 4)), [A], "dims", "axis 4 is not an axis of a sample of 4×8×8; axis 0 is the batch"),
    (layers.PadLike(), [A, C], "inputs", "4×8×8 cannot be padded to 4×3"),
    (layers.PadLike(), [(4,), (5,)], "inputs", "4 cannot be padded to 5"),
    # axes
    *(
        (layer, [C], "dim", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch")
        for layer in (
            *(layers.Softmax(3), layers.LogSoftmax(3), layers.Mean(3), layers.Max((1, 3)), layers.CumulativeSum(3)),
            *(layers.GLU(3), layers.Squeeze(3), layers.Slice(1, dim=3), layers.Chunk(1, 0, 3), layers.Split(1, 0, 3)),
            *(layers.RepeatInterleave(2, 3), layers.Windows(3, 1, 1), layers.Unflatten(3, (2,))),
        )
    ),
    (layers.Softmax(0), [C], "dim", "axis 0 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.Softmax(-3), [C], "dim", "axis -3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.Concat(3), [C, C], "dim", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.IndexSelect(3), [C, C], "dim", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.Crop(dim=3), [C, A], "dim", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.Crop(dim=3), [A, C], "dim", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.Roll((1,), (3,)), [C], "dims", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.Flip((3,)), [C], "dims", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (
        layers.ConstantTensor((0,), axes=(3,)),
        [C],
        "axes",
        "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch",
    ),
    (layers.ReshapeLike((0, 4), (3,)), [C, C], "axes", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.Flatten(3), [C], "start_dim", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.Flatten(1, 3), [C], "end_dim", "axis 3 is not an axis of a sample of 4×3; axis 0 is the batch"),
    (layers.Flatten(2, 1), [C], "end_dim", "end_dim 1 comes before start_dim 2 in a sample of 4×3"),
    (layers.Mean((1, -2)), [C], "dim", "an axis is named twice among [1, -2]"),
    (layers.Flip((1, -2)), [C], "dims", "an axis is named twice among [1, -2]"),
    (layers.Unsqueeze(4), [C], "dim", "an axis 4 cannot be added to a sample of 4×3"),
    (layers.Unsqueeze(-4), [C], "dim", "an axis -4 cannot be added to a sample of 4×3"),
    (layers.Permute((1, 0, 2)), [C], "dims", "[1, 0, 2] does not name each axis of 4×3 once, the batch first"),
    (layers.Permute((0, 1, 1)), [C], "dims", "[0, 1, 1] does not name each axis of 4×3 once, the batch first"),
    (layers.Permute((0, 1)), [C], "dims", "[0, 1] does not name each axis of 4×3 once, the batch first"),
    # other shapes
    (layers.Unflatten(1, (0, 4)), [C], "unflattened_size", "[0, 4] has a 0, or more than one −1"),
    (layers.Unflatten(1, (-1, -1)), [C], "unflattened_size", "[-1, -1] has a 0, or more than one −1"),
    (layers.Unflatten(1, (2, 3)), [C], "unflattened_size", "4 elements along axis 1 cannot be cut into [2, 3]"),
    (layers.Unflatten(2, (-1, 2)), [C], "unflattened_size", "3 elements along axis 2 cannot be cut into [-1, 2]"),
    (layers.Reshape((0, 4)), [C], "shape", "0×4 has a 0, or more than one −1"),
    (layers.Reshape((-1, -1)), [C], "shape", "-1×-1 has a 0, or more than one −1"),
    (layers.Reshape((5, 2)), [C], "shape", "the 12 elements of 4×3 do not fit into 5×2"),
    (layers.ReshapeLike((0, -1), (1, 2)), [C, C], "shape", "[0, -1] has 1 zeros for 2 axes, or more than one −1"),
    (layers.ReshapeLike((0, -1, -1), (1,)), [C, C], "shape", "[0, -1, -1] has 1 zeros for 1 axes, or more than one −1"),
    (
        layers.ReshapeLike((0, -1), (2,)),
        [C, (2, 5)],
        "shape",
        "the elements of 4×3 do not fit into 0×-1 with the sizes of 2×5",
    ),
    (
        layers.ReshapeLike((0, 2), (1,)),
        [C, (5,)],
        "shape",
        "the elements of 4×3 do not fit into 0×2 with the sizes of 5",
    ),
    (layers.Expand((4,)), [C], "sizes", "4×3 cannot be expanded to [4]"),
    (layers.Expand((-1, 6)), [C], "sizes", "4×3 cannot be expanded to [-1, 6]"),
    (layers.ExpandAs(), [C, (4, 3, 8)], "inputs", "4×3 cannot be expanded to 4×3×8"),
    (layers.ExpandAs(), [(4, 3), (4, 6)], "inputs", "4×3 cannot be expanded to 4×6"),
    (layers.Tile((2,)), [C], "repeats", "1 repeats for the axes of 4×3"),
    (layers.Slice(3, 2), [C], "stop", "nothing is left of 4×3 along axis 1"),
    (layers.Chunk(2, 2), [C], "index", "there is no piece 2 of 4, only 2"),
    (layers.Chunk(2, 2, 2), [(1, 9)], "index", "there is no piece 2 of 9, only 2"),
    (layers.Chunk(3, 2), [C], "index", "there is no piece 2 of 4, only 2"),
    (layers.Split(3, 2), [C], "index", "there is no piece 2 of 4, only 2"),
    (layers.Split((1, 3), 2), [C], "index", "there is no piece 2 of 4, only 2"),
    (layers.Split((1, 2), 0, 2), [(3, 4)], "split_size", "pieces of [1, 2] do not make up the 4 of axis 2"),
    (layers.Crop(start=2, dim=2), [C, (4, 2)], "dim", "2 elements from 2 on are not there along axis 2 of 4×3"),
    (layers.Roll((1, 2), (1,)), [C], "shifts", "Roll takes a shift for each of its axes"),
    (layers.Windows(2, 4, 1), [C], "size", "windows of 4 do not fit into 4×3"),
    (layers.Unfold((9, 1)), [A], "kernel_size", "the kernel does not fit into 4×8×8"),
    (layers.Unfold((1, 9)), [A], "kernel_size", "the kernel does not fit into 4×8×8"),
    (layers.Fold(4, 2), [(6, 9)], "kernel_size", "6 rows cannot be divided by 4 taps"),
    (layers.Fold((3, 4), (4, 1)), [(4, 4)], "kernel_size", "the kernel does not fit into 3×4"),
    (layers.Fold(3, (1, 4)), [(4, 4)], "kernel_size", "the kernel does not fit into 3×3"),
    (layers.Fold(4, 2), [(4, 8)], "output_size", "8 columns arrive, the windows on 4×4 are 9"),
    (layers.Fold((4, 5), 2), [(4, 11)], "output_size", "11 columns arrive, the windows on 4×5 are 12"),
    # resampling
    (layers.Upsample(), [A], "size", "Upsample takes either a size, a scale_factor or a second input"),
    (layers.Upsample(2, 2.0), [A], "size", "Upsample takes either a size, a scale_factor or a second input"),
    (layers.Upsample(2), [A, A], "size", "Upsample takes either a size, a scale_factor or a second input"),
    (layers.Upsample(), [A, C], "inputs", "the size of 4×3 is none for 4×8×8"),
    (layers.Upsample((2, 2)), [C], "size", "size has another number of axes than 4×3"),
    (layers.Upsample(scale_factor=(2.0,)), [A], "scale_factor", "scale_factor has another number of axes than 4×8×8"),
    (layers.Upsample(scale_factor=(1.0, 0.1)), [A], "scale_factor", "nothing is left of 4×8×8"),
    (layers.Upsample(scale_factor=(0.1, 1.0)), [A], "scale_factor", "nothing is left of 4×8×8"),
    (layers.Upsample(2, align_corners=False), [A], "align_corners", "align_corners has no meaning in mode nearest"),
    (layers.PixelShuffle(3), [A], "upscale_factor", "4 channels cannot be divided by 9"),
    (layers.PixelUnshuffle(3), [(4, 8, 9)], "downscale_factor", "8 cannot be divided by 3"),
    (layers.PixelUnshuffle(3), [(4, 9, 8)], "downscale_factor", "8 cannot be divided by 3"),
    (layers.ChannelShuffle(3), [A], "groups", "4 channels cannot be divided into 3 groups"),
    # several inputs
    (
        layers.Add(),
        [(4, 1), (4, 3), (4, 2)],
        "inputs",
        "Add takes inputs of one shape (an axis of size 1 fits any); what arrives is 4×3 and 4×2",
    ),
    (
        layers.Multiply(),
        [C, (4,)],
        "inputs",
        "Multiply takes inputs of one shape (an axis of size 1 fits any); what arrives is 4×3 and 4",
    ),
    (
        layers.Concat(1),
        [C, (4, 3), (4, 2)],
        "inputs",
        "Concat takes inputs that differ along axis 1 only; what arrives is 4×3 and 4×2",
    ),
    (
        layers.Concat(1),
        [C, (4,)],
        "inputs",
        "Concat takes inputs that differ along axis 1 only; what arrives is 4×3 and 4",
    ),
    (layers.MatMul(), [C, (4, 3)], "inputs", "matrices of 4×3 and 4×3 cannot be multiplied"),
    (layers.MatMul(), [C, (2, 3, 5)], "inputs", "matrices of 4×3 and 2×3×5 cannot be multiplied"),
    (layers.MatMul(), [(3,), (3,)], "inputs", "matrices of 3 and 3 cannot be multiplied"),
    (layers.MatMul(), [(2, 4, 3), (3, 3, 4)], "inputs", "matrices of 2×4×3 and 3×3×4 cannot be multiplied"),
    (layers.Einsum("ab,b->a"), [C, C], "equation", "ab,b->a does not fit inputs of 4×3 and 4×3"),
    (layers.Einsum("ab,b->a"), [(3,), (3,)], "equation", "ab,b->a does not fit inputs of 3 and 3"),
    (layers.Einsum("ab,b->a"), [C, (4,)], "equation", "ab,b->a does not fit inputs of 4×3 and 4"),
    (layers.Einsum("aa,b->a"), [(3, 3), (3,)], "equation", "aa,b->a does not fit inputs of 3×3 and 3"),
    (layers.Einsum("ab,b->c"), [C, (3,)], "equation", "ab,b->c does not fit inputs of 4×3 and 3"),
    (layers.Einsum("ab,b->aa"), [C, (3,)], "equation", "ab,b->aa does not fit inputs of 4×3 and 3"),
    *(
        (
            layers.ScaledDotProductAttention(),
            shapes,
            "inputs",
            "queries {}, keys {} and values {} do not fit each other".format(*("×".join(map(str, s)) for s in shapes)),
        )
        for shapes in (
            [(3,), (3,), (3,)],
            [(2, 3), (1, 2, 3), (1, 2, 3)],
            [(2, 3), (2, 3), (1, 2, 3)],
            [(2, 3), (2, 4), (2, 3)],
            [(2, 3), (2, 3), (4, 3)],
            [(5, 2, 3), (4, 2, 3), (5, 2, 3)],
            [(5, 2, 3), (5, 2, 3), (4, 2, 3)],
        )
    ),
    (layers.MultiheadAttention(1), [C, C], "inputs", "MultiheadAttention takes one input, or queries, keys and values"),
    (
        layers.MultiheadAttention(1),
        [A],
        "inputs",
        "MultiheadAttention takes inputs [L, E] of one width; what arrives is 4×8×8",
    ),
    (
        layers.MultiheadAttention(1),
        [C, (5, 4), (5, 3)],
        "inputs",
        "MultiheadAttention takes inputs [L, E] of one width; what arrives is 5×4",
    ),
    (
        layers.MultiheadAttention(1),
        [C, (5, 3), (5, 2)],
        "inputs",
        "MultiheadAttention takes inputs [L, E] of one width; what arrives is 5×2",
    ),
    (layers.MultiheadAttention(1), [C, (5, 3), (6, 3)], "inputs", "keys 5×3 and values 6×3 are not of one length"),
    (layers.MultiheadAttention(2), [C], "num_heads", "a width of 3 cannot be divided into 2 heads"),
    # numbers
    (layers.Embedding(5, 2, padding_idx=5), [C], "padding_idx", "5 is not one of 5 words"),
    (layers.Embedding(5, 2, padding_idx=-6), [C], "padding_idx", "-6 is not one of 5 words"),
    (layers.PReLU(3), [A], "num_parameters", "3 slopes fit neither all channels as one nor the 4 channels that arrive"),
    (layers.Maxout(3), [A], "pieces", "4 channels cannot be divided into groups of 3"),
    (layers.CELU(0.0), [A], "alpha", "CELU divides by alpha, which is 0.0"),
    (layers.Hardtanh(1.0, 1.0), [A], "max_val", "max_val 1.0 is not above min_val 1.0"),
    (layers.GLU(2), [C], "dim", "3 elements along axis 2 have no two halves"),
    (layers.ConstantTensor((0, 2, 0), axes=(1,)), [C], "axes", "[0, 2, 0] has another number of zeros than axes"),
    *(
        (
            layers.Opaque(operator="aten.x", output_shape=(2,), input_shapes=[(4, 3), (2,)]),
            shapes,
            "input_shapes",
            f"aten.x is not known to cnncalc; what it makes was recorded for inputs of 4×3, 2 only, not {found}",
        )
        for shapes, found in (([C], "4×3"), ([C, (2, 1)], "4×3, 2×1"), ([C, (3,)], "4×3, 3"))
    ),
]


@pytest.mark.parametrize(
    ("layer", "inputs", "field", "sentence"), REFUSED, ids=[f"{type(case[0]).__name__}-{case[2]}" for case in REFUSED]
)
def test_what_is_refused_is_said(layer, inputs, field, sentence):
    assert refusal(layer, *inputs) == (field, sentence)


TAKEN = [
    (layers.Conv2d(1, 3, padding=(0, 1), dilation=(3, 4)), [(1, 7, 7)]),
    (layers.MaxPool2d((4, 3), padding=(2, 1)), [A]),
    (layers.AvgPool3d(5, padding=1), [(1, 5, 5, 5)]),
    (layers.LPPool1d(2, norm_type=-1.0), [C]),
    (layers.LPPool1d(2, norm_type=0.5), [C]),
    (layers.MaxUnpool1d(2, padding=2), [(1, 3)]),
    (layers.ConvTranspose1d(6, 3, padding=4), [(1, 7)]),
    (layers.ConvTranspose1d(6, 3, output_padding=2, stride=3), [(1, 7)]),
    (layers.ConvTranspose1d(6, 3, output_padding=2, dilation=3), [(1, 7)]),
    (layers.ConnectedConv2d(kernel_size=3, table=[(3, 0)]), [A]),
    (layers.BatchNorm1d(eps=0.0), [(4,)]),
    (layers.BatchNorm1d(eps=1e-9, track_running_stats=False), [C]),
    (layers.InstanceNorm1d(), [(4, 2)]),
    (layers.InstanceNorm1d(track_running_stats=True), [(4, 1)]),
    (layers.InstanceNorm1d(eps=0.0), [(4, 2)]),
    (layers.LayerNorm((4, 8, 8)), [A]),
    (layers.ZeroPad1d((-3, 1)), [C]),
    (layers.ZeroPad1d((1, -3)), [C]),
    (layers.ZeroPad1d((-2, 0)), [C]),
    (layers.ReplicationPad1d((-4, 2)), [C]),
    (layers.ReflectionPad1d((2, 2)), [C]),
    (layers.PadAxes((1, 1, 1, 1)), [C]),
    (layers.PadAxes((3, 3), mode="circular"), [C]),
    (layers.PadAxes((2, 2), mode="reflect"), [C]),
    (layers.PadAxes((1, 1, 1, 1), mode="replicate"), [C]),
    (layers.PadAxes((1, 1) * 3, mode="replicate"), [(1, 4, 8, 8)]),
    (layers.SamePad((3, 1, 1), (1, 1, 2), (1, 2, 1)), [(1, 4, 8, 8)]),
    (layers.SamePad(3), [C]),
    (layers.PadLike(), [C, (5, 9)]),
    (layers.Softmax(-2), [C]),
    (layers.Softmax(2), [C]),
    (layers.Flatten(2, 2), [C]),
    (layers.Unsqueeze(3), [C]),
    (layers.Unsqueeze(-3), [C]),
    (layers.Unflatten(1, (-1, 2)), [C]),
    (layers.Reshape((-1, 6)), [C]),
    (layers.ReshapeLike((0, -1), (2,)), [C, (2, 6)]),
    (layers.Expand((-1, 3)), [C]),
    (layers.Expand((4, 3)), [(4, 1)]),
    (layers.ExpandAs(), [(4, 1), C]),
    (layers.Chunk(3, 1), [C]),
    (layers.Split(3, 1), [C]),
    (layers.Split((1, 3), 1), [C]),
    (layers.Slice(3), [C]),
    (layers.Crop(start=1, dim=2), [C, (4, 2)]),
    (layers.Windows(2, 3, 1), [C]),
    (layers.Unfold((8, 1)), [A]),
    (layers.Fold((4, 5), (4, 1)), [(4, 5)]),
    (layers.Fold((4, 5), 2), [(4, 12)]),
    (layers.Upsample(scale_factor=0.125), [A]),
    (layers.Upsample((2,)), [C]),
    (layers.Upsample(2, mode="bilinear", align_corners=False), [A]),
    (layers.Upsample(), [A, (9, 2, 2)]),
    (layers.LocalResponseNorm(2), [C]),
    (layers.ChannelShuffle(4), [C]),
    (layers.Embedding(5, 2, padding_idx=4), [C]),
    (layers.Embedding(5, 2, padding_idx=-5), [C]),
    (layers.PReLU(4), [(4,)]),
    (layers.PReLU(1), [(4,)]),
    (layers.CELU(-0.5), [C]),
    (layers.CELU(0.5), [C]),
    (layers.GLU(1), [C]),
    (layers.MatMul(), [(1, 4, 3), (5, 3, 2)]),
    (layers.Einsum("a,b->ab"), [(4,), (3,)]),
    (layers.ScaledDotProductAttention(), [(2, 3), (4, 3), (4, 5)]),
    (layers.MultiheadAttention(3, embed_dim=3), [C, (5, 3), (5, 3)]),
    (layers.ConstantTensor((0, 2), axes=(2,)), [C]),
    (layers.ConstantTensor((0, 2)), [C]),
    (layers.PadAxes((1, 1)), [(2, 3, 4)]),
    (layers.Opaque(operator="x", input_shapes=[(5,)]), [C]),
    (layers.Opaque(operator="x", output_shape=(5,)), [C]),
    (layers.Opaque(operator="x", output_shape=(5,), input_shapes=[(4, 3), (2,)]), [C, (2,)]),
]


@pytest.mark.parametrize(("layer", "inputs"), TAKEN, ids=lambda value: type(value).__name__)
def test_what_is_just_taken(layer, inputs):
    assert refusal(layer, *inputs) is None
