"""What a shell may put in the place of an argument. A key is pressed for it, so no network's code is run: only networks
in JSON are read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem

_LARGEST_FILE = 4 * 2**20
"""A spec of more bytes takes longer to read than a person waits for a key."""


def specs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The networks that come with cnncalc, and files in which one may stand."""
    from cnncalc.spec import shipped_names

    return _names_and_files(shipped_names(), (".json", ".py"), incomplete)


def quiz_specs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The same, and the exercise sheets."""
    from cnncalc.spec import shipped_names
    from cnncalc.spec.loading import exercise_names

    return _names_and_files([*shipped_names(), *exercise_names()], (".json", ".py"), incomplete)


def layers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The layers of the SPEC that stands on the line already."""
    from cnncalc.errors import CnncalcError
    from cnncalc.spec import load, shipped_names
    from cnncalc.spec.expansion import expand

    spec = str(context.params.get("spec") or "")
    if spec not in shipped_names() and not _is_quickly_read(spec):
        return []
    try:
        steps, _ = expand(load(spec))
    except CnncalcError:
        return []
    return _beginning((step.name for step in steps), incomplete)


def conventions(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The conventions that come with cnncalc, and files."""
    from cnncalc.analysis import shipped_conventions

    return _names_and_files(shipped_conventions(), (".toml",), incomplete)


def columns(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The columns of ``analyze``, several with commas between."""
    from cnncalc.report.sheet import COLUMNS

    return with_commas(COLUMNS, incomplete)


def column(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """One of these columns."""
    from cnncalc.report.sheet import COLUMNS

    return _beginning(COLUMNS, incomplete)


def with_commas(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """A name behind the last comma that is not before it."""
    before, comma, last = incomplete.rpartition(",")
    given = before.split(",")
    return [CompletionItem(f"{before}{comma}{name}") for name in names if name.startswith(last) and name not in given]


def _is_quickly_read(spec: str) -> bool:
    return spec.endswith(".json") and os.path.isfile(spec) and os.path.getsize(spec) <= _LARGEST_FILE


def _beginning(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _names_and_files(names: Iterable[str], suffixes: tuple[str, ...], incomplete: str) -> list[CompletionItem]:
    """Names, files by their suffixes, and directories beside them; where there is none but directories, the shell goes
    on by itself, which knows how to descend.
    """
    found = _beginning(names, incomplete)
    folder, beginning = os.path.split(incomplete)
    directories = []
    try:
        with os.scandir(folder or ".") as entries:
            for entry in entries:
                if entry.name.startswith(beginning) and not (entry.name.startswith(".") and not beginning):
                    item = CompletionItem(os.path.join(folder, entry.name))
                    if entry.is_dir():
                        directories.append(CompletionItem(f"{item.value}/"))
                    elif entry.name.endswith(suffixes):
                        found.append(item)
    except OSError:
        pass
    if not found:
        return [CompletionItem(incomplete, type="file")]
    return sorted([*found, *directories], key=lambda item: str(item.value))
