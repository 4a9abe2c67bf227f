"""``cnncalc check``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import cast

import click

from cnncalc.cli.help import Command
from cnncalc.cli.options import (
    batch_type,
    convention_text,
    input_option,
    lang_option,
    printed,
    set_option,
    variables,
)
from cnncalc.cli.output import page as page_of
from cnncalc.cli.output import show, show_document
from cnncalc.cli.progress import make_way, progress
from cnncalc.cli.specs import STDIN, Input, Shapes, input_shape, is_layer, is_module_spec, read_spec, source_name
from cnncalc.cli.verbosity import remark, tell
from cnncalc.errors import CnncalcError, printable
from cnncalc.homework.classroom import Unreadable, grade_class, tallies
from cnncalc.homework.context import BYTES
from cnncalc.homework.entries import SubmissionError
from cnncalc.homework.grading import Grader, Paper
from cnncalc.homework.key import Key
from cnncalc.homework.key_files import is_key, is_solved, key_from, read_key
from cnncalc.homework.messages import messages
from cnncalc.homework.submissions import LARGEST_FILE, Submission, read_submissions, submissions_from

_PAGES = {"html": ".html", "markdown": ".md"}


@click.command("check", cls=Command)
@click.argument("arguments", metavar="[KEY] ANSWERS...", nargs=-1, required=True)
@click.option("--key", "named", metavar="KEY", help="The key, or a SPEC; then every argument is a file of answers.")
@click.option(
    "--bytes", "width", type=click.IntRange(1, 64), metavar="INTEGER", help=f"Bytes of a value, {BYTES} unless stated."
)
@click.option(
    "--carry-forward",
    "carry",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    metavar="SHARE",
    help="Share of the points for an answer that follows correctly from a wrong one before.",
)
@click.option("--feedback", "folder", type=click.Path(file_okay=False), help="Write a page a student into this folder.")
@click.option(
    "--page", type=click.Choice(tuple(_PAGES)), default="html", show_default=True, help="Format of the pages."
)
@click.option("--hide-answers", is_flag=True, help="Say what is wrong and why, but not what is right.")
@lang_option
@input_option
@set_option
@click.option("--batch", type=batch_type, metavar="INTEGER", help="Samples in a batch, as the key says unless stated.")
@click.option("--convention", metavar="NAME", help=f"{convention_text} As the key says unless stated.")
@printed(
    *("text", "json", "markdown", "latex", "html"),
    output="Write the grades into this .csv file, a row a student, beside what is printed; into any other, what would "
    "be printed.",
    beside=(".csv",),
)
def command(
    arguments: tuple[str, ...],
    named: str | None,
    width: int | None,
    carry: float,
    folder: str | None,
    page: str,
    hide_answers: bool,
    language: str,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int | None,
    convention: str | None,
    form: str,
    output: str | None,
) -> None:
    """Grade files of ANSWERS and say which mistake was made. Exit status 1 where an answer is not right.

    ANSWERS are JSON, CSV or filled-in Markdown tables, - for standard input; KEY is a file of questions, or a SPEC of
    which anything may be answered. It may be left away where the one file of answers names its "spec".

    \b
    Examples:
      cnncalc check alexnet answers.csv
      cnncalc check key.json alice.md --lang zh
      cnncalc check key.json submissions/*.csv -o grades.csv --feedback feedback/
      cnncalc check vgg16 answers.json --convention torch --carry-forward 0.5
    """
    stated: dict[str, object] = {"batch": batch, "convention": convention, "bytes": width, "input": input_shape(shapes)}
    overrides = {name: value for name, value in stated.items() if value is not None}
    if settings:
        overrides["variables"] = variables(settings)
    key, paths = _key_and_paths(arguments, named, overrides)
    for doubt in key.doubts:
        remark(f"Warning: {doubt}")
    grader = Grader(key, carry)
    if len(paths) == 1 and not (output or folder):
        papers = [grader.grade(submission) for submission in _submissions(paths[0])]
        if len(papers) == 1:
            _print_paper(papers[0], form, language, not hide_answers)
            sys.exit(0 if papers[0].all_right and not papers[0].unmatched else 1)
    _grade_class(paths, grader, output, folder, page, not hide_answers, language, form)


def _submissions(path: str) -> list[Submission]:
    """The submissions in a file, or on standard input."""
    return _on_standard_input() if path == STDIN else read_submissions(path)


@cache
def _on_standard_input() -> list[Submission]:
    source = source_name(STDIN)
    try:
        make_way(for_good=bool(sys.stdin and sys.stdin.isatty()))
        if sys.stdin is None:
            raise SubmissionError("it is closed")
        data = sys.stdin.buffer.read(LARGEST_FILE + 1)
        return submissions_from(data, source, suffix="", student=source)
    except SubmissionError as error:
        raise SubmissionError(f"{source}: {error}") from None


def _key_and_paths(
    arguments: tuple[str, ...], named: str | None, overrides: dict[str, object]
) -> tuple[Key, Sequence[str]]:
    """The key, and the files of answers."""
    if (
        named is None
        and len(arguments) > 1
        and any(known(arguments[0]) for known in (is_layer, is_key, is_solved, is_module_spec))
    ):
        named, arguments = arguments[0], arguments[1:]
    if named is not None:
        return _key(named, overrides), arguments
    if len(arguments) > 1:
        raise click.UsageError("the first of several arguments is the key or the SPEC, or --key names it")
    if is_key(arguments[0]):
        read_key(arguments[0])
        raise click.UsageError(f"files of answers are missing behind {printable(arguments[0])}")
    (submission, *_) = read_submissions(arguments[0])
    return _own_key(submission, arguments[0], overrides), arguments


def _key(name: str, overrides: dict[str, object]) -> Key:
    if is_module_spec(name) or is_layer(name):
        network = read_spec(name, cast(Input, overrides.get("input")))
        return key_from({"network": json.loads(network.to_json()), **overrides}, printable(name))
    if not overrides:
        return read_key(name)
    key = read_key(name)
    if key.questions or key.context is None:
        raise click.UsageError(f"{printable(name)} says what is asked; options about the network are for a SPEC")
    return key_with(key, name, overrides)


def key_with(key: Key, name: str, overrides: dict[str, object]) -> Key:
    """The same network under other conditions."""
    assert key.context is not None
    document = {"network": json.loads(key.context.network.to_json()), **overrides}
    found = key_from(document, printable(name))
    return Key(key.title, found.context)


def _own_key(submission: Submission, path: str, overrides: dict[str, object]) -> Key:
    """The key that a file of answers names itself: a spec that comes with cnncalc, or a JSON file beside it."""
    spec = submission.about.get("spec")
    if not isinstance(spec, (str, dict)):
        raise CnncalcError(
            f"{printable(path)}: names no spec; give the key or the SPEC before it, such as cnncalc check alexnet"
        )
    document = {"spec": spec, **overrides}
    return key_from(document, printable(path), os.path.dirname(path))


def _print_paper(paper: Paper, form: str, language: str, answers: bool) -> None:
    from cnncalc.homework.feedback import feedback, paper_document

    document = feedback(paper, language, answers=answers)
    show_document(form, document, json=partial(paper_document, paper, answers=answers))


def _grade_class(
    paths: Sequence[str],
    grader: Grader,
    output: str | None,
    folder: str | None,
    page: str,
    answers: bool,
    language: str,
    form: str,
) -> None:
    from cnncalc.homework.feedback import feedback, paper_document
    from cnncalc.report.files import file_names, make_folder, write_whole
    from cnncalc.report.gradebook import as_csv, summary_lines

    if form not in ("text", "json"):
        raise click.UsageError("several papers are printed as text or JSON; --feedback writes their pages")
    papers: list[Paper] = []
    unreadable: list[Unreadable] = []
    for found in _with_progress(paths, grader):
        if isinstance(found, Unreadable):
            unreadable.append(found)
            tell(f"Error: {found.problem}")
        else:
            papers.append(found)
    if not papers:
        raise CnncalcError("none of the files could be read")
    counted = tallies(papers)
    if folder:
        make_folder(folder)
        name_of = file_names()
        for paper in papers:
            text = page_of(feedback(paper, language, answers=answers), page)
            write_whole(os.path.join(folder, name_of(paper.student) + _PAGES[page]), f"{text}\n")
    if output:
        write_whole(output, as_csv(papers, unreadable, counted), mark=True)
    show(
        form,
        text=partial(summary_lines, papers, counted, messages(language)),
        json=lambda: {
            "papers": [paper_document(paper, answers=answers) for paper in papers],
            "unreadable": [{"file": file.path, "problem": file.problem} for file in unreadable],
        },
    )
    right = all(paper.all_right and not paper.unmatched for paper in papers)
    sys.exit(0 if right and not unreadable else 1)


def _with_progress(paths: Sequence[str], grader: Grader) -> Iterator[Paper | Unreadable]:
    """The papers, file by file."""
    with progress("grading") as bar:
        for done, path in enumerate(paths):
            bar.reach(printable(path), done, len(paths))
            yield from grade_class([path], grader, _submissions)
