"""What is derived from the walk over a network."""

from cnncalc.analysis.analysis import Analysis, Row, Totals, Warning, analyze
from cnncalc.analysis.convention import CONVENTIONS, Convention
from cnncalc.analysis.receptive_field import ReceptiveField
from cnncalc.analysis.sight import Sight

__all__ = ["CONVENTIONS", "Analysis", "Convention", "ReceptiveField", "Row", "Sight", "Totals", "Warning", "analyze"]
