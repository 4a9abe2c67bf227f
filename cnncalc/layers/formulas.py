"""Every size and cost rule of the layers, each written once, in a textbook's order.

The arguments are numbers of any kind that :mod:`cnncalc.arithmetic` knows: ints, NumPy integer arrays, SymPy symbols or
recording numbers. Sizes are in elements along one axis. Names in the sources: M input size, K kernel, S stride,
P padding on each side, D dilation, G groups, Cin and Cout channels.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.arithmetic import Number, ceil_div, gcd, maximum, prod, settled, where


def effective_kernel(kernel: Number, dilation: Number = 1) -> Number:
    """The extent of a dilated kernel along one axis, ``D·(K − 1) + 1``.

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016), relationship 15.
    """
    return settled(dilation * (kernel - 1) + 1, "K'")


def window_span(size: Number, kernel: Number, padding: Number, dilation: Number) -> Number:
    """How far a window can travel along its padded axis, ``M − K' + 2P``; negative where it does not fit."""
    return size - effective_kernel(kernel, dilation) + 2 * padding


def window_output(
    size: Number, kernel: Number, stride: Number = 1, padding: Number = 0, dilation: Number = 1
) -> Number:
    """The number of window positions along one axis, a convolution's or a pool's output: ``⌊(M − K' + 2P)/S⌋ + 1``.

    Source: PyTorch documentation, ``torch.nn.Conv2d`` and ``torch.nn.MaxPool2d``, "Shape"; Dumoulin and Visin (2016),
    relationship 6.
    """
    return window_span(size, kernel, padding, dilation) // stride + 1


def window_remainder(size: Number, kernel: Number, stride: Number, padding: Number, dilation: Number) -> Number:
    """How many elements at the end of the padded axis no window reaches, ``(M − K' + 2P) mod S``."""
    return window_span(size, kernel, padding, dilation) % stride


def same_padding(kernel: Number, dilation: Number = 1) -> Number:
    """What ``padding="same"`` adds before an axis, ``⌊(K' − 1)/2⌋``; an even kernel has one more behind it.

    Source: PyTorch, ``torch.nn.modules.conv._ConvNd``, where the left side is half of the total, rounded down.
    """
    return (effective_kernel(kernel, dilation) - 1) // 2


def same_total(size: Number, kernel: Number, stride: Number, dilation: Number) -> Number:
    """What TensorFlow's ``'SAME'`` adds along an axis in all, ``max((⌈M/S⌉ − 1)·S + K' − M, 0)``.

    Source: TensorFlow documentation, ``tf.nn``, "Notes on padding that are specific to the SAME scheme".
    """
    return maximum((ceil_div(size, stride) - 1) * stride + effective_kernel(kernel, dilation) - size, 0)


def window_reads(kernel: Number, stride: Number, dilation: Number, count: Number) -> Number:
    """How many different elements of the padded axis ``count`` windows read.

    Tap k of window s reads ``s·S + k·D``. Two pairs read the same element where they differ by a multiple of
    ``(D/g, −S/g)`` with ``g = gcd(S, D)``, so of the ``count·K`` pairs those with such a neighbour count only once.
    """
    common = gcd(stride, dilation)
    repeated_windows = maximum(count - dilation // common, 0)
    return count * kernel - repeated_windows * maximum(kernel - stride // common, 0)


def ceil_window_output(
    size: Number, kernel: Number, stride: Number = 1, padding: Number = 0, dilation: Number = 1
) -> Number:
    """The output size of a pool with ``ceil_mode``: ``⌈(M − K' + 2P)/S⌉ + 1``, less a last window that would begin in
    the padding behind the input.

    Source: PyTorch documentation, ``torch.nn.MaxPool2d``: "sliding windows that would start in the right padded region
    are ignored".
    """
    windows = settled(ceil_div(window_span(size, kernel, padding, dilation), stride) + 1, "N")
    return windows - where((windows - 1) * stride >= size + padding, 1, 0)


def transposed_output(
    size: Number, kernel: Number, stride: Number = 1, padding: Number = 0, extra: Number = 0, dilation: Number = 1
) -> Number:
    """The output size of a transposed convolution along one axis, ``(M − 1)·S − 2P + K' + output_padding``.

    ``extra`` is the output padding. Source: PyTorch documentation, ``torch.nn.ConvTranspose2d``, "Shape".
    """
    return (size - 1) * stride - 2 * padding + effective_kernel(kernel, dilation) + extra


def transposed_taps(phase: int, kernel: int, stride: int, padding: int, dilation: int) -> Sequence[int]:
    """The input elements that element ``phase`` of a transposed convolution's output is made of.

    Tap k of input element i is written to ``i·S − P + k·D``, so element o is made of those i for which ``o + P − k·D``
    is a whole multiple ``i·S``; those k are ``g = gcd(S, D)`` in S apart.
    """
    common = gcd(stride, dilation)
    place, rest = divmod(phase + padding, common)
    turns = stride // common
    first = place * pow(dilation // common, -1, turns) % turns
    if rest:
        return ()
    index = (phase + padding - first * dilation) // stride
    taps = ceil_div(kernel - first, turns)
    return range(index - (taps - 1) * (dilation // common), index + 1, dilation // common)


def adaptive_first(index: int, size: int, output: int) -> int:
    """The first input element of an adaptive pool's window, ``⌊i·M/n⌋`` (PyTorch, ``AdaptivePooling.h``)."""
    return index * size // output


def adaptive_last(index: int, size: int, output: int) -> int:
    """The last input element of an adaptive pool's window, ``⌈(i + 1)·M/n⌉ − 1``."""
    return ceil_div((index + 1) * size, output) - 1


def field_size(size: Number, kernel: Number, jump: Number) -> Number:
    """The receptive field of a window over units that see ``size`` pixels each, ``jump`` apart: ``r + (K − 1)·j``.

    ``kernel`` is the extent of the kernel, dilation included. Source: Araujo, Norris and Sim, "Computing Receptive
    Fields of Convolutional Neural Networks" (2019), section 2.
    """
    return size + (kernel - 1) * jump


def field_jump(jump: Number, stride: Number) -> Number:
    """How many pixels of the input lie between neighbouring units, the product of all strides: ``j·S``."""
    return jump * stride


def field_first(first: Number, padding: Number, jump: Number) -> Number:
    """The first pixel that the first unit sees, negative in the padding: ``a − P·j``."""
    return first - padding * jump


def field_middle(first: Number, size: Number) -> Number:
    """Twice the centre of the first unit's field, where pixel i spans [i, i + 1]: ``2a + r``, whole where the centre
    lies between two pixels, too.
    """
    return 2 * first + size


def adaptive_reads(size: Number, output: Number) -> Number:
    """How many input elements the windows of an adaptive pool read along one axis, overlaps counted each time.

    Window i of n reads from ``⌊i·M/n⌋`` to ``⌈(i + 1)·M/n⌉`` (PyTorch, ``aten/src/ATen/native/AdaptivePooling.h``);
    summed over all windows that is ``M + n − gcd(M, n)``: one element is shared at each of the n − 1 inner borders that
    does not fall between two elements.
    """
    return size + output - gcd(size, output)


def weight_macs(positions: Sequence[Number], weight: Sequence[Number]) -> Number:
    """The multiply-accumulates of a convolution or a linear layer: each weight is used once at each output position.

    For a convolution the weight is ``Cout × Cin/G × K × K`` and the positions are the output's M × M, which gives the
    lectures' time complexity ``M²·K²·Cin·Cout``.

    Source: He and Sun, "Convolutional Neural Networks at Constrained Time Cost" (2015), section 3.
    """
    return prod(positions) * prod(weight)


def tensor_bytes(count: Number, element_size: Number = 4) -> Number:
    """The memory of ``count`` numbers, 4 bytes each unless stated: ``count·b``.

    Source: IEEE 754, binary32 (float32).
    """
    return count * element_size
