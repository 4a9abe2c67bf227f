"""``cnncalc quiz``."""

from __future__ import annotations

import sys

import click

from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import (
    input_option,
    joined,
    lang_option,
    printed,
    quantity_option,
    seed_option,
    set_option,
)
from cnncalc.cli.output import show_document
from cnncalc.cli.progress import make_way
from cnncalc.cli.specs import Shapes, about, network_at
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.homework.exercises import is_exercise, load_exercise
from cnncalc.homework.questions import ASKED
from cnncalc.homework.quiz import Quiz, make_quiz

_MOST_QUESTIONS = 200


@click.command("quiz", cls=Command)
@click.argument("spec", shell_complete=complete.quiz_specs)
@click.option(
    "--questions",
    type=click.IntRange(1, _MOST_QUESTIONS),
    default=10,
    show_default=True,
    metavar="INTEGER",
    help=f"How many questions, at most {_MOST_QUESTIONS}.",
)
@quantity_option(ASKED, unstated="all in turn")
@click.option("--key", is_flag=True, help="Print the answers with their working, too.")
@click.option("--interactive", is_flag=True, help="Ask at the terminal, and explain.")
@seed_option
@lang_option
@input_option
@set_option
@printed("text", "json", "markdown", "latex", "html")
def command(
    spec: str,
    questions: int,
    quantities: tuple[tuple[str, ...], ...],
    key: bool,
    interactive: bool,
    seed: int,
    language: str,
    shapes: Shapes,
    settings: tuple[str, ...],
    form: str,
) -> None:
    """Print an exercise sheet on the kinds of layer that SPEC has, with its key, or ask at the terminal.

    Layers are asked about as they stand in SPEC and with other numbers, so that every seed makes another sheet of the
    same kind; all divisions come out whole. What --format json prints is a key for `cnncalc check`. The lectures' own
    exercises are exercises/complexity and its neighbours, which have a fixed text.

    \b
    Examples:
      cnncalc quiz lenet --seed 7
      cnncalc quiz alexnet --seed 7 --key -o sheet.tex
      cnncalc quiz vgg16 --quantity params --lang zh --format markdown
      cnncalc quiz resnet18 --interactive
      cnncalc quiz exercises/complexity --key
    """
    if is_exercise(spec):
        if shapes or settings or quantities:
            raise click.UsageError(f"{spec} has its own questions; leave --input, --set and --quantity away")
        _show(load_exercise(spec, language), form, key=key, interactive=interactive)
        return
    network = network_at(spec, shapes, settings)
    try:
        quiz = make_quiz(
            network,
            seed=seed,
            questions=questions,
            language=language,
            quantities=joined(quantities) or ASKED,
        )
    except SpecError as error:
        raise about(spec, error) from None
    _show(quiz, form, key=key, interactive=interactive)


def _show(quiz: Quiz, form: str, *, key: bool, interactive: bool) -> None:
    if interactive:
        make_way(for_good=True)
        _ask(quiz)
    else:
        show_document(form, quiz.sheet(key=key), json=lambda: quiz.to_dict(key=key))


def _ask(quiz: Quiz) -> None:
    """Question by question: the answer, what is wrong with it, and the working."""
    from cnncalc.homework.document import Document
    from cnncalc.homework.examiner import Examiner
    from cnncalc.homework.messages import messages
    from cnncalc.homework.quiz import answer_text
    from cnncalc.report.explained import document_lines, folded
    from cnncalc.report.terminal import terminal_width, write

    if sys.stdin is None:
        raise CnncalcError("standard input is closed, nobody can answer")
    say, examiner, width = messages(quiz.language), Examiner(quiz), terminal_width()
    click.echo(f"{quiz.title}\n{say('quiz.stop')}")
    right = asked = 0
    for position, question in enumerate(quiz.questions):
        click.echo("\n" + say("quiz.question", number=position + 1))
        click.echo("\n".join(folded(quiz.text(position), width)))
        text = _answer(say("quiz.prompt"))
        if text is None:
            break
        asked += 1
        judgement = examiner.judge(position, text) if text else None
        right += judgement is not None and judgement.is_right
        sentences = judgement.sentences if judgement else (say("quiz.passed", answer=answer_text(question)),)
        click.echo("\n".join(line for sentence in sentences for line in folded(sentence, width)))
        if judgement is None or not judgement.is_right:
            write(document_lines(Document(quiz.language, "", quiz.working(position)), width))
    click.echo("\n" + say("quiz.score", right=right, count=asked))


def _answer(prompt: str) -> str | None:
    """What is typed; None where it ends. Ctrl-C raises click.Abort."""
    try:
        text: str = click.prompt(prompt, default="", show_default=False, prompt_suffix="").strip()
    except click.Abort as end:
        if isinstance(end.__context__, KeyboardInterrupt):
            raise
        return None
    return None if text.lower() in ("q", "quit", "exit") else text
