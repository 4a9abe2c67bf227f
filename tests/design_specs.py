"""Generated specs with variables, and points to put into them."""

from __future__ import annotations

from itertools import product

import msgspec
from hypothesis import strategies as st
from strategies import any_networks, networks

from cnncalc import CnncalcError, Network, analyze

FIELDS = (
    *("out_channels", "out_features", "kernel_size", "stride", "padding", "dilation", "groups", "output_padding"),
    *("channel_multiplier", "num_groups", "num_parameters", "chunks", "index", "start", "stop", "step", "pieces"),
    *("upscale_factor", "downscale_factor", "split_size", "output_size", "size", "dim", "num_heads"),
)


@st.composite
def expressions(draw, name, value):
    """An expression over a variable that has the value at one of its values, and those values."""
    others = st.lists(st.integers(value - 2, value + 4), min_size=1, max_size=2)
    shift = draw(st.integers(0, 2))
    text, base = draw(
        st.sampled_from(
            (
                (name, value),
                (name, value),
                (f"{name} + {shift}", value - shift),
                (f"{name} // 2 + {shift}", 2 * (value - shift)),
                (f"max({name}, 1)", value),
                (f"2 if {name} > {value} else {name}", value),
                (f"make_divisible({name} * 3 / 2, 2)", value),
                (f"ceil({name} / 3)", value * 3),
                (f"round({name} * 0.75)", value),
                (f"12 // {name}", max(value, 1)),
                (f"{name} * {name} % 5", value),
            )
        )
    )
    return text, list(dict.fromkeys([base, *(other + base - value for other in draw(others))]))


@st.composite
def specs(draw, most_variables=3, structure=True):
    """A network with variables in it, and the values of each, its input's sizes and the batch among them."""
    nodes, input_shape = draw(st.one_of(networks(), any_networks()))
    variables, layers = {}, []
    for name, layer, inputs in nodes:
        document = {"type": type(layer).__name__, "name": name, "inputs": list(inputs)}
        document |= {k: v for k, v in msgspec.structs.asdict(layer).items() if k not in ("name", "inputs", "when")}
        document = {k: v for k, v in document.items() if v is not None}
        for field in FIELDS:
            value = document.get(field)
            if type(value) is int and len(variables) < most_variables and draw(st.integers(0, 2)) == 0:
                variable = f"v{len(variables)}"
                document[field], variables[variable] = draw(expressions(variable, value))
        layers.append(document)
    if structure and layers and draw(st.booleans()):
        rank = len(input_shape) - 1
        conv = {"type": f"Conv{rank}d", "out_channels": 2, "kernel_size": 1}
        variables["deep"] = draw(st.sampled_from(([1, 2], [0, 1, 3], [True, False])))
        flag = isinstance(variables["deep"][0], bool)
        body = {"type": f"Conv{rank}d", "out_channels": "in_channels" if flag else "2 + deep % 2", "kernel_size": 1}
        projection = conv | {"out_channels": "2 + deep % 2", "when": "in_channels != 2 + deep % 2"}
        tail = {"type": "Residual", "body": [body], "shortcut": [] if flag else [projection]}
        many = {"type": "Repeat", "name": "many", "times": "1 if deep else 2" if flag else "deep", "layers": [conv]}
        layers += [many, tail | {"when": "deep" if flag else "deep != 3"}]
    values = dict(variables)
    sizes = st.integers(1, 3).map(lambda extra: input_shape[-1] + extra)
    letter = {1: "C", 2: "L"}.get(len(input_shape), "W")
    values[letter] = list(dict.fromkeys([input_shape[-1], draw(sizes), draw(st.integers(1, 12))]))
    values["batch"] = draw(st.sampled_from(([1], [3, 2**31 - 1])))
    base = {name: found[0] for name, found in variables.items()}
    layers = layers or [{"type": "Identity"}]
    return Network(input=input_shape, variables=base, layers=layers), values


def points(values):
    """Every combination of the values."""
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]


def report(network, point, convention="cnncalc"):
    """The report with plain numbers at a point; None where it raises."""
    shape = (*network.input[:-1], next(point[letter] for letter in "CLW" if letter in point))
    variables = {name: value for name, value in point.items() if name in network.variables}
    try:
        return analyze(network, shape, batch=point["batch"], variables=variables, convention=convention)
    except CnncalcError:
        return None


def figures(analysis):
    """Every figure of every layer by the name that a sweep has for it."""
    found = {name: getattr(analysis.totals, name) for name in analysis.totals.__struct_fields__}
    letters = {1: "C", 2: "CL", 3: "CHW", 4: "CDHW"}
    pixels = letters[len(analysis.input)][1:] or "C"
    for row in analysis.layers:
        found |= {f"{row.name}.{name}": getattr(row, name) for name in analysis.totals.__struct_fields__}
        if len(row.output_shape) in letters:
            sizes = zip(letters[len(row.output_shape)], row.output_shape, strict=True)
            found |= {f"{row.name}.{letter}": size for letter, size in sizes}
        for field in analysis.receptive_fields(row.name).values():
            found |= {
                f"{row.name}.receptive_field.{letter}": size for letter, size in zip(pixels, field.size, strict=True)
            }
            found |= {f"{row.name}.jump.{letter}": jump for letter, jump in zip(pixels, field.jump, strict=True)}
    return found
