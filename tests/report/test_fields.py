"""Receptive fields in words: one number where all axes and units agree, otherwise what differs."""

from fractions import Fraction

import pytest

from cnncalc.analysis import ReceptiveField
from cnncalc.report.fields import jump_text, padding_text, size_text, start_text


def field(size, smallest, whole=(False, False), jump=(1, 1), start=(0.5, 0.5), padding=((0, 0), (0, 0))):
    return ReceptiveField(size, jump, start, padding, whole, smallest)


@pytest.mark.parametrize(
    ("size", "smallest", "whole", "text"),
    [
        ((195, 195), (195, 195), (False, False), "195×195"),
        ((6, 7), (5, 7), (False, False), "5–6×7"),
        ((8, None), (None, None), (False, False), "?–8×?"),
        ((224, 224), (224, 224), (True, True), "all 224×224"),
        ((3, 224), (3, 224), (False, True), "3×all 224"),
    ],
)
def test_sizes(size, smallest, whole, text):
    assert size_text(field(size, smallest, whole)) == text


def test_what_is_beside_the_size():
    alike = field((3, 3), (3, 3), jump=(2, 2), start=(1.5, 1.5), padding=((1, 1), (1, 1)))
    assert (jump_text(alike), start_text(alike), padding_text(alike)) == ("2", "1.5", "1")
    apart = field((3, 3), (3, 3), jump=(Fraction(1, 2), None), start=(1.0, None), padding=((66, 65), None))
    assert (jump_text(apart), start_text(apart), padding_text(apart)) == ("1/2, –", "1, –", "66+65, ?")
