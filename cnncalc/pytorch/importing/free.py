"""Operators that no layer stands for, but that are known to have no arithmetic."""

from __future__ import annotations

FREE = frozenset(
    (
        *("gather", "index", "getitem", "scatter", "scatter_", "index_put", "index_put_", "sort", "argsort", "topk"),
        *("nonzero", "as_strided", "tril", "triu", "diagonal", "unfold", "take", "take_along_dim", "index_copy"),
        *("masked_select", "bucketize", "one_hot", "setitem", "diag_embed", "copy", "slice_scatter", "select_scatter"),
        *("slice", "select", "view", "reshape", "expand", "repeat", "permute", "transpose", "squeeze", "unsqueeze"),
        *("cat", "stack", "split", "chunk", "unbind", "narrow", "constant_pad_nd", "pad", "slice_copy", "movedim"),
        *("im2col", "col2im", "rot90", "channel_shuffle", "pixel_shuffle", "pixel_unshuffle", "flip", "roll"),
    )
)
"""Operators that move or choose elements, without arithmetic."""
