"""Numbers as people read them."""

from __future__ import annotations

from typing import Any

from cnncalc.layers import Layer

_PREFIXES = ("k", "M", "G", "T", "P", "E")
_SHORT_SETTINGS = {"kernel_size": "{}", "stride": "s{}", "padding": "p{}", "dilation": "d{}", "groups": "g{}"}


def exact(count: int) -> str:
    """``61,100,840``."""
    return f"{count:,}"


def abbreviated(count: int) -> str:
    """``61.1M``: three significant digits, rounded half up in integers; below 10,000 every digit."""
    if count < 10_000:
        return exact(count)
    digits = len(str(count))
    leading = (count + 5 * 10 ** (digits - 4)) // 10 ** (digits - 3)
    if leading == 1000:
        leading, digits = 100, digits + 1
    group, position = divmod(digits - 1, 3)
    text = str(leading)
    decimals = f"{text[: position + 1]}.{text[position + 1 :]}".rstrip(".")
    if group > len(_PREFIXES):
        return f"{text[0]}.{text[1:]}e{digits - 1}"
    return decimals + _PREFIXES[group - 1]


def percent(part: int, whole: int) -> str:
    """``91.8%``; what rounding would make nothing or all is ``<0.1%`` or ``>99.9%``; nothing of nothing is empty."""
    if not whole:
        return ""
    permille = (2000 * part + whole) // (2 * whole)
    if not permille and part:
        return "<0.1%"
    if permille == 1000 and part < whole:
        return ">99.9%"
    return f"{permille // 10}.{permille % 10}%" if part else "0%"


def settings_text(layer: Layer) -> str:
    """A layer's hyper-parameters in short: ``11×11 s4 p2``."""
    return " ".join(_setting(name, value) for name, value in layer.settings().items())


def _setting(name: str, value: Any) -> str:
    if value is True:
        return name
    if value is False:
        return f"no {name}"
    if isinstance(value, tuple):
        same = name != "kernel_size" and len(set(value)) == 1
        value = value[0] if same else "×".join(map(str, value))
    if name == "padding" and isinstance(value, str) and value.isalpha():
        return value
    return _SHORT_SETTINGS.get(name, name + "={}").format(value)
