"""What is derived from the walk over a network."""

from cnncalc.analysis.analysis import Analysis, Warning, analyze
from cnncalc.analysis.convention import Convention, convention_named, shipped_conventions
from cnncalc.analysis.count import Count
from cnncalc.analysis.receptive_field import ReceptiveField
from cnncalc.analysis.rows import Row, Totals
from cnncalc.analysis.sight import Sight

__all__ = [
    "Analysis",
    "Convention",
    "Count",
    "ReceptiveField",
    "Row",
    "Sight",
    "Totals",
    "Warning",
    "analyze",
    "convention_named",
    "shipped_conventions",
]
