"""Python's grammar for what people write in it: expressions, layers, calls. Nothing is run."""

from __future__ import annotations

import ast
import warnings


def tree_of(text: str) -> ast.expr | None:
    """The syntax tree of one expression, None where the text is none; what Python would warn of is not said."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
