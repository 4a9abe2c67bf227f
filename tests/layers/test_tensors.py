"""Tensors that depend on no input, and operators that are not known, as PyTorch modules."""

import pytest
import torch

from cnncalc import Network, layers, to_torch


@pytest.mark.parametrize("stored", [True, False])
def test_a_tensor_takes_sizes_of_what_stands_before_it(stored):
    """Zeros are sizes of the axes that are named: the width and the height of 3×5×7."""
    tensor = layers.ConstantTensor((0, 2, 0), axes=(3, 2), stored=stored, name="made")
    assert tensor.output((3, 5, 7)) == (7, 2, 5)
    module = to_torch(Network(input=[3, 5, 7], layers=[tensor]))
    assert module(torch.zeros(2, 3, 5, 7)).shape[-3:] == (7, 2, 5)


def test_an_operator_that_is_not_known_is_named_in_its_place():
    opaque = layers.Opaque(operator="their::operator", name="theirs")
    assert "their::operator" in str(to_torch(Network(input=[4], layers=[opaque])))
