"""Points of a grid in a random order, without the order being held anywhere."""

from __future__ import annotations

from typing import Any

import numpy

_ROUNDS = 4
_MIXERS = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def sampled(ranks: Any, count: int, seed: int) -> Any:
    """The numbers, of ``count`` points, that come at some ranks of a random order; each point has one rank.

    A Feistel network permutes the numbers of 2b bits, the least that hold ``count``; where it leads beyond the points,
    it is followed further until it leads back. Source: Black and Rogaway, "Ciphers with Arbitrary Finite Domains"
    (2002), methods 2 and 3.
    """
    half = max(1, ((count - 1).bit_length() + 1) // 2)
    keys = numpy.random.default_rng(seed).integers(0, 2**63, size=_ROUNDS, dtype=numpy.uint64)
    found = numpy.asarray(ranks, dtype=numpy.uint64)
    found = _permuted(found, half, keys)
    outside = numpy.flatnonzero(found >= count)
    while len(outside):
        found[outside] = _permuted(found[outside], half, keys)
        outside = outside[found[outside] >= count]
    return found.astype(numpy.int64)


def _permuted(numbers: Any, half: int, keys: Any) -> Any:
    mask = numpy.uint64(2**half - 1)
    left, right = numbers >> numpy.uint64(half), numbers & mask
    for key in keys:
        left, right = right, left ^ (_mixed(right + key) & mask)
    return (left << numpy.uint64(half)) | right


def _mixed(numbers: Any) -> Any:
    """SplitMix64's finaliser (Steele, Lea and Flood, 2014), in which every bit of the result depends on all."""
    with numpy.errstate(over="ignore"):
        mixed = numbers + numpy.uint64(_MIXERS[0])
        mixed = (mixed ^ (mixed >> numpy.uint64(30))) * numpy.uint64(_MIXERS[1])
        mixed = (mixed ^ (mixed >> numpy.uint64(27))) * numpy.uint64(_MIXERS[2])
        return mixed ^ (mixed >> numpy.uint64(31))
