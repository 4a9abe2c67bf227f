"""The catalogues of sentences."""

import re

import pytest

from cnncalc import CnncalcError
from cnncalc.homework.messages import languages, messages


def test_all_languages_have_the_same_keys_and_placeholders():
    assert {"en", "zh"} <= set(languages())
    english = messages("en")
    for language in languages():
        other = messages(language)
        assert other.texts.keys() == english.texts.keys(), language
        for key in english.texts:
            assert other.placeholders(key) == english.placeholders(key), (language, key)


def test_every_sentence_is_in_its_language():
    for key, text in messages("zh").texts.items():
        assert re.search("[\u3001-\u9fff\uff00-\uffef]", text) or "{" in text, key
    for key, text in messages("en").texts.items():
        assert not re.search("[\u4e00-\u9fff]", text), key


def test_an_unknown_language_is_refused():
    with pytest.raises(CnncalcError, match="the languages are en, zh"):
        messages("xx")
