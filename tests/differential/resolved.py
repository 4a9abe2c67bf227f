"""What the runs found, by the smallest case of each, and what came of it. The cases are tests."""

from __future__ import annotations

from cnncalc import layers
from cnncalc.layers import Layer

Shapes = tuple[tuple[int, ...], ...]

MENDED: tuple[tuple[Layer, Shapes, str], ...] = (
    (layers.BatchNorm1d(eps=-1.0), ((3, 2),), "an eps below 0 was taken"),
    (
        layers.BatchNorm1d(eps=0.0, track_running_stats=False),
        ((1,),),
        "an eps of 0 was taken where there are no running statistics",
    ),
    (layers.CELU(alpha=0.0), ((3,),), "an alpha of 0, by which CELU divides, was taken"),
    (layers.Hardtanh(min_val=3.0), ((3,),), "limits the wrong way round were taken"),
    (layers.LPPool1d(1, norm_type=0.0), ((2, 8),), "a root of degree 0 was taken"),
    (layers.InstanceNorm1d(), ((4, 1),), "the mean and the variance of single elements were taken"),
    (layers.ChannelShuffle(1), ((6,),), "channels without another axis were taken"),
    (layers.Flip((1, 1)), ((2, 3, 4),), "an axis named twice was taken"),
    (layers.Expand((0,)), ((1,),), "an expansion to nothing was taken"),
    (layers.Embedding(2, 5, padding_idx=-1), ((8, 3),), "a word that is counted from the end was refused"),
    (layers.ReplicationPad1d((-3, 3)), ((8, 2),), "a border repeated from beyond the end was refused"),
    (layers.ReflectionPad1d((-4, 2)), ((1, 3),), "a border reflected from beyond the end was refused"),
    (layers.PadAxes((-4, 2), mode="reflect"), ((2, 3),), "a border reflected from beyond the end was refused"),
    (layers.PadAxes((-3, 4)), ((2,),), "zeros in the place of more than there is were taken"),
    (layers.PadAxes((3, 0), mode="reflect"), ((2, 3),), "a reflection longer than the axis was taken"),
    (layers.PadAxes((4, 0), mode="circular"), ((2, 3),), "more than a whole turn was taken"),
    (
        layers.PadAxes((0, 1, 0, 1, 0, 1, 0, 1), mode="reflect"),
        ((4, 3, 3, 3),),
        "a reflection along four axes was taken",
    ),
)
"""Layers that cnncalc took and PyTorch refuses, or the other way round, and no longer does."""

LENIENT: tuple[tuple[Layer, Shapes], ...] = (
    (layers.ConvTranspose1d(6, 3, stride=0), ((1, 8),)),
    (layers.ConvTranspose1d(6, 3, padding=-1), ((1, 8),)),
    (layers.ConvTranspose1d(6, 3, dilation=-1), ((1, 8),)),
    (layers.Conv1d(6, 3, dilation=0), ((1, 8),)),
    (layers.ConnectedConv2d(kernel_size=2, table=((3,),)), ((2, 4, 4),)),
)
"""Layers that PyTorch takes on the meta device and refuses with values, as cnncalc does."""

EXPLORED = """Earlier runs, `layers --seed 1` (264,000 layers, 1,292 disagreements of 54 sorts), `layers --seed 2`
(334,000) and `networks --seed 2` (52,000), found what was mended and the departures below; the smallest case of each
sort was looked at again and agrees, or is a departure. The runs below are on later commits, with recurrent layers among
them. On the last code 200,000 layers (`layers --seed 6`) had no disagreement, and 30,000 networks
(`networks --seed 6` and `7`) two, which are mended and are tests: the conditions of a formula at a point where they
divide by nothing, and importing an axis of 1 that is squeezed. 30,000 more (`--seed 8`) had none."""

_NOT_RUN = "PyTorch's kernels with values refuse it, its meta device does not, and it is too large to make sure"
EXPLAINED: dict[str, str] = {
    **{f"Conv{rank}d: refused by cnncalc alone": _NOT_RUN for rank in (1, 2)},
    "Split: refused by torch alone": "of hundreds of millions of pieces PyTorch makes all, cnncalc the one",
    "CumulativeSum: refused by torch alone": "the sizes that PyTorch's meta kernel multiplies are beyond 64 bits, the "
    "output's are not",
    "pixels": "a comparison hides what is not a number from the test of pixels, which took it for a difference; "
    "mended: of such a layer PyTorch cannot tell, which is said",
    "gradients": "PyTorch gives the gradient of BatchNorm2d without running statistics to another channel's pixels "
    "where what arrives is permuted and one column wide; behind .contiguous() it is where cnncalc has it",
}
"""What came of the disagreements that the written runs found."""
