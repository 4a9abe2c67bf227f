"""Answers cut up as a reader cuts them: what is stated under which label, what stands aside in brackets."""

import pytest

from cnncalc.homework.answers import AnswerError, parse
from cnncalc.homework.tokens import statements


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("416", [("", ["416"])]),
        ("r = (13); j = (4)", [("r", ["(13)"]), ("j", ["(4)"])]),
        ("r 13 j = 4", [("r", ["13"]), ("j", ["4"])]),
        ("7 r 13", [("", ["7"]), ("r", ["13"])]),
        ("params: 26*16 = 416", [("params", ["26*16", "416"])]),
        ("about 4 = 5", [("", ["4", "5"])]),
        ("5b: 416", [("b", ["416"])]),
        ("13的感受野 4", [("", ["13"]), ("的感受野", ["4"])]),
        ("(N , 6, 28)", [("", ["(N,6,28)"])]),
        ("(2+3)k", [("", ["(2+3) k"])]),
        ("((3)+4)*5", [("", ["((3)+4)*5"])]),
        ("3)+4", [("", ["3+4"])]),
        ("20 maps of size 24x24", [("", ["20 maps24×24"])]),
        ("5 or 6", [("", ["5"]), ("or", ["6"])]),
        ("5\n6", [("", ["5"]), ("", ["6"])]),
        ("5\r\n6", [("", ["5"]), ("", ["6"])]),
        ("what? 5", [("", ["5"])]),
        ("-5", [("", ["-5"])]),
        ("* 5", [("", ["5"])]),
        (", 5 @", [("", ["5"])]),
        ("(5 + ) * 6 -", [("", ["(5+)*6"])]),
        ("+/5@,+", [("", ["5"])]),
        (") k 5", [("", ["5"])]),
        ("= 416", [("", ["416"])]),
        ("x = = 416", [("x", ["416"])]),
        ("r (13)", [("r", ["(13)"])]),
        ("r -13 4", [("r", ["-134"])]),
        ("r = about 13", [("r", ["13"])]),
        ("26*16 = params 416", [("", ["26*16", "416"])]),
        ("26*16 = params = 416", [("", ["26*16", "416"])]),
        ("k params 5", [("params", ["5"])]),
        ("5 * k", [("", ["5"])]),
        ("5 * k = 6", [("", ["5"]), ("k", ["6"])]),
        ("N * 6 * 28", [("", ["N*6*28"])]),
        ("5*(", [("", ["5"])]),
        ("@ 5", [("", ["5"])]),
        ("6 maps 5 of 8", [("", ["6 maps5"]), ("of", ["8"])]),
        ("6 maps of 28 of 8", [("", ["6 maps28"]), ("of", ["8"])]),
        ("6 bytes of 8", [("", ["6 bytes"]), ("of", ["8"])]),
        ("5 N", [("", ["5"])]),
        ("5 × N", [("", ["5"])]),
        ("5 k B", [("", ["5 k B"])]),
        ("5bis 6", [("bis", ["6"])]),
        ("5 bis 6", [("", ["5"]), ("bis", ["6"])]),
        ("1 \\cdots 5", [("", ["1"]), ("cdots", ["5"])]),
        ("1 \\asterisk 5", [("", ["1"]), ("asterisk", ["5"])]),
        ("1 \\similar 5", [("", ["1"]), ("similar", ["5"])]),
        ("5 \\ 6", [("", ["5"]), ("", ["6"])]),
        ("shap 5", [("shap", ["5"])]),
        ("N xs 5", [("xs", ["5"])]),
        ("5 € 6", [("", ["5"]), ("", ["6"])]),
    ],
)
def test_what_is_stated(text, stated):
    assert [(label, [piece.text for piece in pieces]) for label, _, pieces in statements(text)] == stated


@pytest.mark.parametrize(
    ("text", "stated", "aside"),
    [
        ("416 (that is 26*16) and 3", ["416", "3"], ["26*16"]),
        ("28x28 (each of 6 maps), 7 (channels) 8", ["28×28", "7", "8"], ["6 maps"]),
        ("(26*16 by hand) 416", ["416"], ["26*16"]),
        ("26*16 (=416)", ["26*16"], ["416"]),
        ("416 (16 metres)", ["416"], ["16"]),
        ("416 (see 5", ["416"], ["5"]),
        ("61.1M (61,100,840)", ["61.1 M"], ["61,100,840"]),
        ("= 61.1M (61,100,840)", ["61.1 M"], ["61,100,840"]),
        ("3*(5+1)", ["3*(5+1)"], []),
        ("(416 params)", ["(416 params)"], []),
        ("(N, 6)", ["(N,6)"], []),
        ("(weights 5) 6", ["6"], ["5"]),
        ("(5 € 6) 7", ["7"], ["5", "6"]),
        ("(see 6)(see 7) 8", ["8"], ["6", "7"]),
        ("(see 6)5 (7)", ["5"], ["6", "7"]),
        ("416 (see (or 5)*6) 7 (that is 8)", ["416", "7"], ["6", "8"]),
        ("(16 metres) 416", ["416"], ["16"]),
        ("416 (is it? 26*16)", ["416"], ["26*16"]),
        ("416 (see {5]*6", ["416"], ["{5]*6"]),
        ("416 (see (5)*6) 7", ["416", "7"], ["(5)*6"]),
        ("'61.1M (61,100,840)", ["61.1 M"], ["61,100,840"]),
        (" '61.1M (61,100,840)", ["61.1 M"], ["61,100,840"]),
    ],
)
def test_what_stands_aside(text, stated, aside):
    found = [(is_aside, piece.text) for _, is_aside, pieces in statements(text) for piece in pieces]
    assert [text for is_aside, text in found if not is_aside] == stated
    assert [text for is_aside, text in found if is_aside] == aside


@pytest.mark.parametrize(("word", "is_rough"), [("about", True), ("exactly", False), ("≈", True), ("=", False)])
def test_what_is_said_to_be_rough(word, is_rough):
    ((_, _, (piece,)),) = statements(f"{word} 29000")
    assert piece.rough == is_rough


@pytest.mark.parametrize(
    ("text", "plain", "whole"),
    [
        *(("28,938", "28938", True), ("28 938", "28938", True), ("28'938", "28938", True), ("1_000", "1000", True)),
        *(("61,1", "61.1", False), ("2893,5", "2893.5", False), ("28.5", "28.5", False), ("1,234.5", "1234.5", False)),
        *(("2e3", "2e3", False), ("1,5e3", "1.5e3", False), (".5", ".5", False), ("1,234,567", "1234567", True)),
    ],
)  # fmt: skip
def test_numbers(text, plain, whole):
    ((_, _, (piece,)),) = statements(text)
    (token,) = piece.tokens
    assert (token.kind, token.plain, token.whole) == ("number", plain, whole)


def test_kinds_of_tokens():
    ((_, _, (piece,)),) = statements("(N, 6 maps)*2@3")
    kinds = ["(", "placeholder", ",", "number", "unit", ")", "operator", "number", "@", "number"]
    assert [token.kind for token in piece.tokens] == kinds


def test_brackets_within_brackets():
    """Eight are more than anybody writes."""
    assert parse("(" * 8 + "5" + ")" * 8).statements[0].parts[0].amounts[0].value == 5
    with pytest.raises(AnswerError, match="holds no number"):
        parse("(" * 9 + "5" + ")" * 9)


def test_a_long_sum_is_read_to_its_end_or_not_at_all():
    assert parse("+".join("1" * 60)).statements[0].parts[0].amounts[0].value == 60
    with pytest.raises(AnswerError, match="longer than"):
        parse("+".join("1" * 180))
