"""Where rules were read, in the languages of the explanations."""

import re

import pytest

from cnncalc.analysis import convention_named, shipped_conventions
from cnncalc.homework.messages import messages
from cnncalc.homework.sources import cited, source_of
from cnncalc.layers import LAYERS, formulas

RULES = [*LAYERS, formulas.weight_macs, formulas.tensor_bytes, formulas.field_size]
SOURCES = sorted(
    {source_of(rule) for rule in RULES} | {convention_named(name).source for name in shipped_conventions()}
)


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_in_the_language_of_its_sentence(source):
    """English words stay only in titles; names of people, code and addresses have no other language."""
    assert cited(source, messages("en")) == source
    chinese = cited(source, messages("zh"))
    for title in re.findall('"[^"]*"', source):
        assert title in chinese
    words = re.findall(r"(?<![\w.:/_-])[a-z]+(?![\w.:/_-])", re.sub(r'"[^"]*"|\S+://\S+', "", chinese))
    assert set(words) <= {"dim"}, chinese


def test_a_place_in_a_paper():
    source = 'He and Sun, "Time and Cost" (2015), section 3.2; PyTorch documentation, torch.nn.Conv2d'
    assert cited(source, messages("zh")) == 'He、Sun，"Time and Cost" (2015)，第 3.2 节；PyTorch 文档，torch.nn.Conv2d'
