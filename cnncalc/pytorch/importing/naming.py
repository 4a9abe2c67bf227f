"""Names for the steps: the module's own path where the step is the module, else the path and the operator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from torch import nn

from cnncalc.pytorch.importing.tape import Frame
from cnncalc.pytorch.importing.values import Step

LONGEST = 190


def name_steps(steps: Sequence[Step], module: nn.Module, taken: Collection[str]) -> None:
    """Give each step its name; none is given twice or is one of ``taken``."""
    paths = {id(part): path for path, part in module.named_modules()}
    in_frame: dict[int, list[Step]] = defaultdict(list)
    busy: set[int] = set()
    for step in steps:
        if step.stored is None:
            in_frame[id(step.frame)].append(step)
        frame = step.frame.parent
        while frame is not None and id(frame) not in busy:
            busy.add(id(frame))
            frame = frame.parent
    used = set(taken)
    for step in steps:
        path = _path(step.frame, paths)
        if step.stored is not None:
            name = step.stored.name
        elif path and _is_its_module(step, in_frame[id(step.frame)], id(step.frame) in busy):
            name = path
        else:
            name = f"{path}.{step.operator}" if path else step.operator
        step.name = _unused(sound(name), used)
        used.add(step.name)


def _path(frame: Frame | None, paths: dict[int, str]) -> str:
    """The path of the innermost module that the whole knows by a name."""
    while frame is not None:
        if frame.module is not None and id(frame.module) in paths:
            return paths[id(frame.module)]
        frame = frame.parent
    return ""


def _is_its_module(step: Step, together: Sequence[Step], has_inner: bool) -> bool:
    """Whether a step is what its module is: the only one in it, or the only one with weights of a simple module."""
    if has_inner:
        return False
    if len(together) == 1:
        return True
    owners = [other for other in together if other.tensors or other.own]
    return len(owners) == 1 and owners[0] is step


def sound(name: str) -> str:
    """A name as specs take it: in one line, without braces, not too long, and not what stands for an input."""
    name = "".join(character if character.isprintable() else "_" for character in name)
    name = name.replace("{", "(").replace("}", ")").strip() or "layer"
    if len(name) > LONGEST:
        name = f"{name[: LONGEST // 2]}…{name[-LONGEST // 2 :]}"
    return f"{name}_" if name.rpartition(".")[2] == "input" else name


def _unused(name: str, used: Collection[str]) -> str:
    if name not in used:
        return name
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
