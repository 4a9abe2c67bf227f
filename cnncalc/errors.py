"""What cnncalc says when it cannot go on: one sentence, with the place, what was found and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from cnncalc.safe_text import harmless

_MOST_CANDIDATES = 2000
_LONGEST_SENTENCE = 2000


class CnncalcError(Exception):
    """Bad input or usage. The text is one sentence for a person; the command line prints it and exits with status 2.

    >>> import cnncalc
    >>> cnncalc.analyze(cnncalc.load("alexnet"), convention="fvcor")
    Traceback (most recent call last):
    cnncalc.errors.CnncalcError: no convention is named 'fvcor'; did you mean 'fvcore'?
    """

    def __init__(self, message: str) -> None:
        super().__init__(sentence(message))


class SpecError(CnncalcError):
    """A spec that cannot be read or analysed.

    ``source`` is the file or name that it came from ("" for a network built in Python), ``where`` the place in it
    (``$.layers[3].kernel_size`` or ``line 4, column 7``; "" for the whole), ``message`` the sentence.

    >>> import cnncalc
    >>> cnncalc.loads('{"input": [3, 32, 32], "layers": [{"type": "Conv2d", "out_channels": 8, "kernelsize": 3}]}')
    Traceback (most recent call last):
    cnncalc.errors.SpecError: $.layers[0]: Conv2d has no field "kernelsize"; did you mean 'kernel_size'?
    """

    def __init__(self, message: str, *, where: str = "", source: str = "") -> None:
        super().__init__(message)
        self.message = sentence(message)
        self.where = sentence(where)
        self.source = sentence(source)

    def within(self, source: str) -> SpecError:
        """The same error with the spec named that it is about."""
        return SpecError(self.message, where=self.where, source=self.source or source)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.source, self.where, self.message) if part)


def sentence(text: str) -> str:
    """What is said of an error in one line: a long quotation in it keeps its beginning and its end, and nothing in it
    acts on a terminal.
    """
    text = harmless(text)
    half = _LONGEST_SENTENCE // 2
    return text if len(text) <= _LONGEST_SENTENCE else f"{text[:half]} … {text[-half:]}"


def printable(name: str) -> str:
    """A file's name as it can stand in a sentence."""
    return name if name and name.isprintable() else repr(name)


def missing(library: str, extra: str, error: ImportError) -> str:
    """That a library cannot be imported, and which of cnncalc's extras brings it."""
    return f'{library} cannot be imported ({error}); it comes with pip install "cnncalc[{extra}]"'


def nearest(name: str, valid: Iterable[str]) -> str:
    """``; did you mean 'Conv2d'?`` for the closest valid name, or "" where none is close.

    The name of a block, such as ``layer1.0``, is closest to its first layer.
    """
    import difflib

    candidates = islice(valid, _MOST_CANDIDATES)
    by_lowercase = {candidate.lower(): candidate for candidate in candidates if candidate != name}
    inside = (candidate for candidate in by_lowercase if name and candidate.startswith(f"{name.lower()}."))
    close = list(islice(inside, 1)) or difflib.get_close_matches(name.lower(), by_lowercase, n=1)
    return f"; did you mean '{by_lowercase[close[0]]}'?" if close else ""
