"""An answer cut into statements, their sides, and the tokens of each: numbers, operators, brackets and units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from msgspec import Struct

from cnncalc.homework.units import CHANNELS, units_of

PLACEHOLDER = "placeholder"
_PLACEHOLDERS = frozenset(("n", "b", "none", "batch", "bs", "batch_size", "?", "批"))
_MOST_NESTED = 8

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
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
        "\r": " ",
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
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d.])|\d{1,3}(?:['_]\d{3})+(?!\d))(?:\.\d+)?"
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
        return re.sub(r"[,'_\s]", "", self.text)

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
        text = "".join(f" {token.text}" if token.kind == "unit" else token.text for token in tokens).strip()
        return Piece(text, tuple(tokens), self.rough)


def statements(text: str) -> Iterator[tuple[str, bool, tuple[Piece, ...]]]:
    """Each statement: its label, whether it stands in a remark in brackets, and its sides."""
    found, remarks = _split(_cleaned(text))
    yield from ((label, False, tuple(pieces)) for label, pieces in found)
    for remark in remarks:
        for label, pieces in _split(remark)[0]:
            yield label, True, tuple(pieces)


def _cleaned(text: str) -> str:
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text)
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
        nonlocal run, word
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

    matches = list(_TOKEN.finditer(text))
    for position, match in enumerate(matches):
        kind, token = match.lastgroup or "", match[0]
        if kind == "space":
            continue
        if kind == "equals":
            finish_run()
            run.rough = match[0] == "≈"
            if not pieces:
                label, word = word, ""
        elif _continues(token, run.tokens):
            run.tokens.append(Token("unit", token))
        elif _follows_channels(token, run.tokens):
            continue
        elif _stands_for_batch(token, matches, position):
            run.tokens.append(Token(PLACEHOLDER, token))
        elif kind == "word":
            rough = token.lower() in ("about", "approximately", "roughly", "ca", "circa", "around", "约", "大约")
            if run.tokens and run.piece():
                finish_statement()
            run = _Run()
            run.rough = rough
            word = "" if rough else token.lower()
        elif kind == "number" and _is_identifier(matches, position):
            continue
        elif kind in ("number", "operator", "open", "close", "at", "comma"):
            if kind == "number" and not (run.tokens or pieces or label):
                label = word
            run.tokens.append(Token(_KINDS.get(kind, kind) or token, token))
        else:
            finish_statement()
    finish_statement()
    return found, remarks


_KINDS = {"open": "(", "close": ")", "at": "@", "comma": ","}


def _continues(word: str, tokens: Sequence[Token]) -> bool:
    """Whether a word is the unit of what stands before it."""
    return bool(tokens) and tokens[-1].kind in ("number", "unit", ")") and bool(units_of(word))


def _follows_channels(word: str, tokens: Sequence[Token]) -> bool:
    """Whether a word leads from a number of channels to their size: ``20 maps of size 24x24``."""
    counted = bool(tokens) and tokens[-1].kind == "unit" and units_of(tokens[-1].text)[0].measures == CHANNELS
    return counted and word.lower() in ("of", "size", "each", "with", "at")


def _stands_for_batch(word: str, matches: Sequence[re.Match[str]], position: int) -> bool:
    """Whether a word is the first axis of a shape, as in ``(N, 6, 28, 28)``."""
    if word.lower() not in _PLACEHOLDERS:
        return False
    following = next((match for match in matches[position + 1 :] if match.lastgroup != "space"), None)
    return following is not None and following[0] in (",", "×", "*")


def _is_identifier(matches: Sequence[re.Match[str]], position: int) -> bool:
    """Whether a number is part of a name such as ``5b``."""
    return any(
        following.lastgroup == "word" and not following[0].startswith("的") and not units_of(following[0])
        for following in matches[position + 1 :][:1]
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
        if _has_words(inside) or _AMOUNT_BEFORE.search(text[position:start]):
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
    """Whether there is more than numbers, operators, units behind numbers and placeholders."""
    previous = ""
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup or "", match[0]
        if kind == "space":
            continue
        if kind == "word":
            known = (previous == "number" and units_of(token)) or token.lower() in _PLACEHOLDERS
            if not known:
                return True
        if kind in ("equals", "other"):
            return True
        previous = kind
    return False


def _trimmed(tokens: Sequence[Token]) -> list[Token]:
    """Without operators and commas at either end."""
    first, last = 0, len(tokens)
    while first < last and (tokens[first].kind in (",", "@", ")") or _is_bullet(tokens, first)):
        first += 1
    while last > first and tokens[last - 1].kind in (",", "@", "(", "operator"):
        last -= 1
    return list(tokens[first:last])


def _is_bullet(tokens: Sequence[Token], place: int) -> bool:
    return tokens[place].kind == "operator" and tokens[place].text != "-"


def _balanced(tokens: Sequence[Token]) -> list[Token]:
    """Without brackets that have no partner; none at all where they are nested too deeply."""
    opened: list[int] = []
    alone: set[int] = set()
    deepest = 0
    for place, token in enumerate(tokens):
        if token.kind == "(":
            opened.append(place)
            deepest = max(deepest, len(opened))
        elif token.kind == ")":
            if opened:
                opened.pop()
            else:
                alone.add(place)
    alone |= set(opened)
    if deepest > _MOST_NESTED:
        return []
    return [token for place, token in enumerate(tokens) if place not in alone]
