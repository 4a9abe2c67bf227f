"""The figures that each mistake of the catalogue leads to in a layer alone, for the tests to compare."""

from cnncalc import Network
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
from cnncalc.homework.task import CATALOGUE


def made(layer, shape, quantity, batch=2):
    """The figures of each mistake, with what its sentence needs to know, of a layer alone, on one input or several."""
    inputs = {f"x{place}": each for place, each in enumerate(shape if isinstance(shape, list) else [shape])}
    fields = {field: getattr(layer, field) for field in layer.__struct_fields__} | {"inputs": tuple(inputs)}
    context = Context(Network(input=inputs, layers=[type(layer)(**fields)]), batch=batch)
    found = {}
    for candidate in Candidates(context, context.analysis.layers[0].name, quantity).singles:
        (finding,) = candidate.findings
        if finding.name in CATALOGUE and finding.name != "another-convention":
            key = finding.name + (f" {finding.detail}" if finding.detail else "")
            found.setdefault(key, set()).add(candidate.figure)
    return found


def expected(figures):
    return {name: figure if isinstance(figure, set) else {figure} for name, figure in figures.items()}
