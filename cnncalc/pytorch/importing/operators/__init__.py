"""Translations of PyTorch's functions, methods and operators into layers, by family."""

from cnncalc.pytorch.importing.operators import (
    activations,
    arithmetic,
    arrangements,
    matrices,
    normalizations,
    padding,
    pieces,
    pools,
    recurrent,
    reductions,
    resampling,
    windows,
)

__all__ = [
    "activations",
    "arithmetic",
    "arrangements",
    "matrices",
    "normalizations",
    "padding",
    "pieces",
    "pools",
    "recurrent",
    "reductions",
    "resampling",
    "windows",
]
