"""The examples in the docstrings of this room's searches."""

import doctest
from importlib import import_module

import pytest

MODULES = (
    *("arithmetic.ranges", "spec.layer_text", "design.solve", "design.general_form", "design.limits"),
    *("design.largest", "design.exact_sizes", "design.compare", "design.budget", "design.alternatives"),
)


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name):
    found = doctest.testmod(import_module(f"cnncalc.{name}"), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0
    assert found.attempted
