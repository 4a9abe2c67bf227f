"""What is derived from the walk over a network."""

from cnncalc.analysis.analysis import Analysis, Row, Totals, Warning, analyze
from cnncalc.analysis.convention import CONVENTIONS, Convention

__all__ = ["CONVENTIONS", "Analysis", "Convention", "Row", "Totals", "Warning", "analyze"]
