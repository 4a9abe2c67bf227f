"""An answer cut into statements, their sides, and the tokens of each: numbers, operators, brackets and units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import dropwhile, pairwise
from typing import cast

from msgspec import Struct

from cnncalc.homework.units import CHANNELS, units_of

PLACEHOLDER = "placeholder"
_PLACEHOLDERS = frozenset(("n", "b", "none", "batch", "bs", "batch_size", "?", "批"))
_MOST_NESTED = 8

_LATEX = (
    (re.compile(r"\\(?:times|ast)(?![a-z])"), "×"),
    (re.compile(r"\\cdot(?![a-z])"), "*"),
    (re.compile(r"\\(?:approx|simeq|sim)\b"), "≈"),
    (re.compile(r"\\(?:left|right|text|mathrm|mathbf|,|;|!|quad|displaystyle)"), " "),
    (re.compile(r"\\([()\[\]])"), " "),
    (re.compile(r"\{(\w+)\}"), r"\1"),
    (re.compile(r"\{,\}"), ","),
    (re.compile(r"[$`\"\u201c\u201d]"), " "),
)
_NORMALISED = str.maketrans(
    {
        "·": "*",
        "∗": "*",
        "⋅": "*",
        "•": "*",
        "⨯": "×",
        "✕": "×",
        "╳": "×",
        "−": "-",
        "–": "-",
        "—": "-",
        "÷": "/",
        "、": ",",
        "\n": ";",
        "’": "'",
        "⇒": "=",
        "→": "=",
        "≅": "≈",
        "≃": "≈",
        "∼": "≈",
        "~": "≈",
    }
)
_TIMES = (
    (re.compile(r"(?<=[\d)\]}?])(\s*)(?:[xX]|by|乘)(\s*)(?=[\d(\[{?])"), r"\1×\2"),
    (re.compile(r"\b(None|N|B|batch|bs)\s*[xX×]\s*(?=\d)"), r"\1×"),
    (re.compile(r"\b([CHW])\s*=\s*([HW])\s*=\s*(\d+)"), r"\1=\3, \2=\3"),
    (re.compile(r"torch\.Size|tuple|array|shape"), " "),
    (re.compile(r"(?:->|=>|==)"), "="),
    (re.compile(r"(?<=[\d.])\s*[×*]\s*10\s*(?:\^|\*\*)\s*\(?([-+]?\d+)\)?"), r"e\1"),
)
_NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?: \d{3})+(?![\d.])|\d{1,3}(?:['_]\d{3})+(?!\d))(?:\.\d+)?"
    r"|(?<![,\d])\d+,\d+(?![,\d])|\d+(?:\.\d+)?|\.\d+"
)
_TOKEN = re.compile(
    rf"(?P<number>(?:{_NUMBER})(?:[eE][-+]?\d+)?)"
    r"|(?P<word>[A-Za-z]\w*(?:/s\b)?(?:-[A-Za-z]+)*|[^\W\d_A-Za-z]+)"
    r"|(?P<operator>\*\*|//|[-+*/×^%])|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<equals>[=≈:])|(?P<at>@)|(?P<comma>,)|(?P<end>;)|(?P<query>\?)|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
_DECIMAL_COMMA = re.compile(r"\d+,(?!\d{3}(?!\d))\d+(?:[eE].*)?|\d{4,},\d+(?:[eE].*)?")
_WITHOUT_SEPARATORS = str.maketrans("", "", " ,'_")
_AMOUNT_BEFORE = re.compile(r"(?:^|[\s=≈])[\d.,]*\d\s*[^\W\d_]{0,12}\s*$")
"""An amount before a bracket, which then says it again: ``61.1M (61,100,840)``."""


class Token(Struct, frozen=True):
    """A piece of text with its kind: ``number``, ``unit``, ``placeholder``, ``operator``, or a mark itself."""

    kind: str
    text: str

    @property
    def plain(self) -> str:
        """A number without its thousands' separators, with a decimal point; ``61,1`` is ``61.1``."""
        if _DECIMAL_COMMA.fullmatch(self.text):
            return self.text.replace(",", ".")
        return self.text.translate(_WITHOUT_SEPARATORS)

    @property
    def whole(self) -> bool:
        """Whether a number is written as a whole one."""
        return self.plain.isdigit()


class Piece(Struct, frozen=True):
    """One side of an equals sign; ``rough`` where it is said to be about right."""

    text: str
    tokens: tuple[Token, ...]
    rough: bool = False


class _Run:
    """The tokens of a piece while they are gathered."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.rough = False

    def piece(self) -> Piece | None:
        tokens = _balanced(_trimmed(self.tokens))
        if not any(token.kind == "number" for token in tokens):
            return None
        text = "".join(f" {token.text}" if token.kind == "unit" else token.text for token in tokens)
        return Piece(text, tuple(tokens), self.rough)


def statements(text: str) -> Iterator[tuple[str, bool, tuple[Piece, ...]]]:
    """Each statement: its label, whether it stands in a remark in brackets, and its sides."""
    found, remarks = _split(_cleaned(text))
    yield from ((label, False, tuple(pieces)) for label, pieces in found)
    for remark in remarks:
        for label, pieces in _split(remark)[0]:
            yield label, True, tuple(pieces)


def _cleaned(text: str) -> str:
    text = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"^\1", text)  # which NFKC makes digits
    text = unicodedata.normalize("NFKC", text).translate(_NORMALISED).strip().removeprefix("'")
    for pattern, replacement in _LATEX:
        text = pattern.sub(replacement, text)
    for pattern, replacement in _TIMES:
        text = pattern.sub(replacement, text)
    return text


def _split(text: str) -> tuple[list[tuple[str, list[Piece]]], list[str]]:
    """The statements outside of remarks, each with its label, and the remarks' texts."""
    text, remarks = _without_remarks(text)
    found: list[tuple[str, list[Piece]]] = []
    label, word, run = "", "", _Run()
    pieces: list[Piece] = []

    def finish_run() -> None:
        nonlocal run
        piece = run.piece()
        if piece:
            pieces.append(piece)
        run = _Run()

    def finish_statement() -> None:
        nonlocal label, word, pieces
        finish_run()
        if pieces:
            found.append((label, pieces))
        label, word, pieces = "", "", []

    tokens = _scanned(text)
    for position, token in enumerate(tokens):
        kind, written = token.kind, token.text
        if kind == "space":
            continue
        if kind == "equals":
            finish_run()
            run.rough = written == "≈"
            if not pieces:
                label = word
        elif _continues(written, run.tokens):
            run.tokens.append(Token("unit", written))
        elif _follows_channels(written, run.tokens):
            continue
        elif _stands_for_batch(written, tokens[position + 1 :]):
            run.tokens.append(Token(PLACEHOLDER, written))
        elif kind == "word":
            if run.piece():
                finish_statement()
            run = _Run()
            run.rough = written.lower() in _ROUGHLY
            word = "" if run.rough else written.lower()
        elif kind == "number" and _is_in_a_name(tokens[position + 1 :][:1]):
            continue
        elif kind in _KINDS:
            if kind == "number" and not (pieces or label):
                label = word
            run.tokens.append(Token(_KINDS[kind], written))
        else:
            finish_statement()
    finish_statement()
    return found, remarks


_ROUGHLY = frozenset(("about", "approximately", "roughly", "ca", "circa", "around", "约", "大约"))
_KINDS = {"number": "number", "operator": "operator", "open": "(", "close": ")", "at": "@", "comma": ","}


def _scanned(text: str) -> list[Token]:
    """Every token of a text, blanks too, as the expression above calls them."""
    return [Token(cast("str", match.lastgroup), match[0]) for match in _TOKEN.finditer(text)]


def _continues(word: str, tokens: Sequence[Token]) -> bool:
    """Whether a word is the unit of what stands before it."""
    return any(token.kind in ("number", "unit", ")") for token in tokens[-1:]) and units_of(word) != ()


def _follows_channels(word: str, tokens: Sequence[Token]) -> bool:
    """Whether a word leads from a number of channels to their size: ``20 maps of size 24x24``."""
    measured = [unit.measures for token in tokens[-1:] for unit in units_of(token.text)]
    return CHANNELS in measured and word.lower() in ("of", "size", "each", "with", "at")


def _stands_for_batch(word: str, following: Sequence[Token]) -> bool:
    """Whether a word is the first axis of a shape, as in ``(N, 6, 28, 28)``."""
    next_one = next((token.text for token in following if token.kind != "space"), None)
    return word.lower() in _PLACEHOLDERS and next_one in (",", "×", "*")


def _is_in_a_name(following: Sequence[Token]) -> bool:
    """Whether a number is part of a name such as ``5b``."""
    return any(
        token.kind == "word" and not token.text.startswith("的") and units_of(token.text) == () for token in following
    )


def _without_remarks(text: str) -> tuple[str, list[str]]:
    """The text without what stands in brackets and holds words, and those remarks by themselves."""
    kept: list[str] = []
    remarks: list[str] = []
    position = 0
    for start, stop in _brackets(text):
        if start < position:
            continue
        inside = text[start + 1 : stop]
        if _has_words(text[start:stop]) or _AMOUNT_BEFORE.search(text[position:start]):
            kept.append(text[position:start])
            remarks.append(inside)
            position = stop + 1
    kept.append(text[position:])
    return " ; ".join(kept), remarks


def _brackets(text: str) -> list[tuple[int, int]]:
    """The first and last place of every pair of brackets, an unclosed one to the end, outer ones first."""
    opened: list[int] = []
    pairs = []
    for place, character in enumerate(text):
        if character in "([{":
            opened.append(place)
        elif character in ")]}" and opened:
            pairs.append((opened.pop(), place))
    pairs += [(place, len(text)) for place in opened]
    return sorted(pairs)


def _has_words(text: str) -> bool:
    """Whether there is more behind a bracket than numbers, operators, units behind numbers and placeholders."""
    tokens = [token for token in _scanned(text) if token.kind != "space"]
    return any(
        token.kind in ("equals", "other")
        or (
            token.kind == "word"
            and not (before.kind == "number" and units_of(token.text))
            and token.text.lower() not in _PLACEHOLDERS
        )
        for before, token in pairwise(tokens)
    )


def _trimmed(tokens: Sequence[Token]) -> list[Token]:
    """Without what cannot begin or end a figure: operators but for a minus, commas, a unit without a number."""
    begun = list(dropwhile(_cannot_begin, tokens))
    return list(dropwhile(lambda token: token.kind in (",", "@", "(", "operator"), begun[::-1]))[::-1]


def _cannot_begin(token: Token) -> bool:
    return token.kind in (",", "@", ")", "unit") or (token.kind == "operator" and token.text != "-")


def _balanced(tokens: Sequence[Token]) -> list[Token]:
    """Without brackets that have no partner; none at all where they are nested too deeply."""
    opened: list[int] = []
    alone: set[int] = set()
    for place, token in enumerate(tokens):
        if token.kind == "(":
            opened.append(place)
            alone.add(place)
            if len(opened) > _MOST_NESTED:
                return []
        elif token.kind == ")":
            if opened:
                alone.remove(opened.pop())
            else:
                alone.add(place)
    return [token for place, token in enumerate(tokens) if place not in alone]
