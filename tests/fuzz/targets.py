"""What is fuzzed: a function of bytes for each kind of input, sound inputs to begin with, and how they are made worse.

A function returns where it takes its input, raises what a user would be told where it refuses it, and
:class:`~fuzz.oracle.ContradictionError` where figures do not agree with what they are checked against.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from fuzz import corpus, figures, mutation
from fuzz.command_target import arguments_of, command_line, is_run
from fuzz.oracle import ContradictionError
from msgspec.structs import replace

Mutation = Callable[[random.Random, bytes], bytes]


@dataclass(frozen=True)
class Target:
    """One kind of input. ``share`` is how many of a thousand inputs of a run are of it."""

    name: str
    share: int
    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    change: Mutation

    def input(self, seed: object, number: int) -> bytes:
        """The input of that number in the run of a seed; it depends on nothing else."""
        rng = random.Random(f"{seed} {self.name} {number}")
        seeds = self.seeds()
        if number < len(seeds):
            return seeds[number]
        text = mutation.joined(rng, seeds) if rng.random() < 0.03 else rng.choice(seeds)
        try:
            return self.change(rng, text)
        except ValueError:
            return mutation.byte_text(rng, text)


def _text(data: bytes) -> str:
    """The text as a command line's argument has it, where bytes that are no UTF-8 come as halves of characters."""
    return data.decode("utf-8", "surrogateescape")


def _one_in(count: int, data: bytes) -> bool:
    return zlib.crc32(data) % count == 0


def spec_text(data: bytes) -> None:
    """A spec: read, analysed and reported; written as a spec again it is the same network."""
    from cnncalc.analysis import analyze
    from cnncalc.spec import loads

    network = loads(data, source="net.json")
    analysis = analyze(network)
    figures.check_sums(analysis)
    choice = zlib.crc32(data) % 8
    if choice == 0:
        json.loads(json.dumps(analysis.to_dict(), allow_nan=False))
    elif choice == 1:
        again = loads(network.to_json())
        if analyze(again).totals != analysis.totals:
            raise ContradictionError("the network that is written as a spec is another one")
    elif choice in (2, 3):
        figures.check_report(analysis, 40 if choice == 2 else 100)
    if _one_in(50, data):
        figures.check_against_torch(analysis)


def expression(data: bytes) -> None:
    """An expression: Python's value of it, in exact fractions, and a sweep's at several points."""
    from cnncalc.spec.expressions import FUNCTIONS, names_in, value_of

    text = _text(data)
    unknown = names_in(text)
    names = {"width": 32, "in_channels": 7, "index": 3, "half": Fraction(1, 2), "flag": True, "groups": 1, "growth": 12}
    names |= dict.fromkeys(unknown - names.keys() - FUNCTIONS.keys(), 5)
    figures.check_expression(text, names, value_of(text, names))
    if _one_in(8, data):
        figures.check_expression_over_points(text, names)


def layer_text(data: bytes) -> None:
    """A layer's text, in our order or PyTorch's, with open places or without."""
    from cnncalc.homework.explanation import call_text
    from cnncalc.spec.layer_text import form_from_text, layer_from_text
    from cnncalc.spec.torch_order import is_layer_text, read_layer

    text = _text(data)
    is_layer_text(text)
    if "?" in text:
        form = form_from_text(text)
        form.filled([1] * len(form.open))
        return
    layer = read_layer(text, (3, 32, 32)).layer
    written = call_text(layer)
    here = replace(layer, name=None, inputs=None, when=True, functional=False)
    if "…" not in written and layer_from_text(written) != here:
        raise ContradictionError(f"written again it is another layer: {written}")
    figures.check_layer_alone(layer, against_torch=_one_in(50, data))


@cache
def _grader() -> Any:
    from cnncalc.homework.context import Context
    from cnncalc.homework.grading import Grader
    from cnncalc.homework.key import Key
    from cnncalc.spec import load

    network = load("lenet5")
    return Grader(Key(network.name, Context(network)), 0.5)


_ASKED = ("C1.output", "C3.params", "S2.params", "total.macs", "F6.flops", "C5.field", "total.memory", "C1.macs")


def answer(data: bytes) -> None:
    """A single answer, graded and put into words."""
    from cnncalc.homework.answers import parse
    from cnncalc.homework.entries import Entry
    from cnncalc.homework.submissions import Submission

    text = data.decode("utf-8", "replace")
    parse(text)
    asked = _ASKED[zlib.crc32(data) % len(_ASKED)]
    paper = _grader().grade(Submission("ada", "", (Entry(text, "", reference=asked),)))
    if _one_in(8, data):
        _check_paper(paper)


def _check_paper(paper: Any) -> None:
    from cnncalc.homework.feedback import feedback, paper_document
    from cnncalc.report.explained import document_lines

    if not 0 <= paper.points <= paper.most:
        raise ContradictionError(f"{paper.points} points of {paper.most}")
    json.dumps(paper_document(paper), allow_nan=False)
    figures.check_lines(document_lines(feedback(paper, "en"), 60))


def answer_file(data: bytes) -> None:
    """A file of answers under each of the suffixes, or none, all of it graded."""
    from cnncalc.homework.submissions import submissions_from

    suffix = ("", ".csv", ".md", ".json")[zlib.crc32(data) % 4]
    for submission in submissions_from(data, "answers", suffix, "student")[:3]:
        _check_paper(_grader().grade(submission))


def key(data: bytes) -> None:
    """A key, and answers to it that are all right, as the key itself has them."""
    from cnncalc.homework.entries import Entry
    from cnncalc.homework.grading import Grader
    from cnncalc.homework.key_files import is_key, is_solved, read_key
    from cnncalc.homework.submissions import Submission

    path = _written("key.json", data)
    is_key(path)
    is_solved(path)
    found = read_key(path)
    entries = tuple(
        Entry("×".join(map(str, truth)) if isinstance(truth, tuple) else str(truth), "", reference=question.id)
        for question in list(found.questions.values())[:10]
        for truth in [question.context.figure(question.quantity, question.layer)]
    )
    _check_paper(Grader(found).grade(Submission("ada", "", entries)))


@cache
def _folder() -> Path:
    """Where files are written that are read by their names; in memory where there is room for that."""
    import atexit
    import shutil
    import tempfile

    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    folder = tempfile.mkdtemp(dir=memory, prefix="cnncalc-fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _written(name: str, data: bytes) -> str:
    path = _folder() / name
    path.write_bytes(data)
    return str(path)


def convention(data: bytes) -> None:
    """A convention: read, and what it counts of a network with many kinds of layer."""
    from cnncalc.analysis import analyze
    from cnncalc.analysis.convention import convention_named

    path = _written("own.toml", data)
    convention_named.cache_clear()
    convention_named(path)
    figures.check_sums(analyze(figures.network_of_many_kinds(), batch=2, convention=path))


def condition(data: bytes) -> None:
    """A condition on points, at each of some points, and the limits of a target."""
    from cnncalc.design.limits import limits_from
    from cnncalc.errors import CnncalcError

    text = _text(data)
    try:
        limits_from(text)
    except CnncalcError:
        if not _one_in(3, data):
            raise
    figures.check_condition(text)


def ranges_and_shapes(data: bytes) -> None:
    """A text as each of the options that take numbers reads it; refused by all is refused."""
    from click import ClickException

    from cnncalc.cli.options import ShapeParameter, variables
    from cnncalc.cli.rf import Place
    from cnncalc.cli.solve import WantedShape, _named, _stepped
    from cnncalc.cli.sweep import Count
    from cnncalc.design.limits import limit
    from cnncalc.design.values import values_of
    from cnncalc.errors import CnncalcError

    text = _text(data)
    readers: tuple[Callable[[str], object], ...] = (
        lambda text: len(values_of(text)) <= 1_000_000,
        lambda text: ShapeParameter().convert(text, None, None),
        lambda text: WantedShape().convert(text, None, None),
        lambda text: Place().convert(text, None, None),
        lambda text: Count().convert(text, None, None),
        lambda text: figures.check_variables(variables((text,))),
        lambda text: _named(text),
        lambda text: _stepped(text),
        lambda text: limit("params", text),
    )
    refused: Exception | None = None
    taken = 0
    for read in readers:
        try:
            read(text)
            taken += 1
        except (CnncalcError, ClickException) as error:
            refused = error
            if fault := figures.unclear_refusal(error):
                raise ContradictionError(fault) from None
    if not taken and refused is not None:
        raise refused


TARGETS = (
    Target("spec", 100, spec_text, corpus.specs, mutation.document_text),
    Target("expression", 380, expression, corpus.expressions, mutation.word_bytes),
    Target("layer text", 130, layer_text, corpus.layer_texts, mutation.word_bytes),
    Target("answer", 80, answer, corpus.answers, mutation.word_bytes),
    Target("answer file", 60, answer_file, corpus.answer_files, lambda rng, text: _any_text(rng, text)),
    Target("key", 8, key, corpus.keys, mutation.document_text),
    Target("convention", 12, convention, corpus.conventions, lambda rng, text: _any_text(rng, text)),
    Target("condition", 160, condition, corpus.conditions, mutation.word_bytes),
    Target("range or shape", 67, ranges_and_shapes, corpus.ranges, mutation.word_bytes),
    Target("command line", 3, command_line, corpus.command_lines, lambda rng, text: _command(rng, text)),
)


def _any_text(rng: random.Random, text: bytes) -> bytes:
    """By its structure where it is JSON, else by words or bytes."""
    if text.lstrip()[:1] in (b"{", b"["):
        return mutation.document_text(rng, text)
    return mutation.word_bytes(rng, text) if rng.random() < 0.7 else mutation.byte_text(rng, text)


def _command(rng: random.Random, text: bytes) -> bytes:
    """A command line with a fault that is run all the same."""
    for _ in range(_MOST_TRIES):
        changed = _changed_command(rng, text)
        if is_run(arguments_of(changed)):
            return changed
        text = rng.choice(corpus.command_lines())
    return changed


_MOST_TRIES = 50


def _changed_command(rng: random.Random, text: bytes) -> bytes:
    """Another argument, one less or more, another's arguments behind it, or another file."""
    line, _, content = text.partition(b"\0\0")
    arguments = line.split(b"\0")
    chance = rng.random()
    place = rng.randrange(len(arguments))
    if chance < 0.35:
        return line + b"\0\0" + _any_text(rng, content)
    if chance < 0.65:
        arguments[place] = mutation.word_bytes(rng, arguments[place]).replace(b"\0", b"")
    elif chance < 0.75:
        del arguments[place]
    elif chance < 0.9:
        other = rng.choice(corpus.command_lines()).partition(b"\0\0")[0].split(b"\0")
        start = rng.randrange(len(other))
        arguments[place + 1 : place + 1] = other[start : start + rng.choice((1, 2))]
    else:
        arguments[place] = rng.choice(mutation.WORDS).replace("\0", "").encode("utf-8", "surrogatepass")
    return b"\0".join(arguments) + b"\0\0" + content
