"""Histories as columns of integers, and programs run over them.

The only place in the language that knows NumPy and Arrow.
"""

from dsl.engine.columns.dry_run import DryRun, RuleTotal, dry_run
from dsl.engine.columns.history import History
from dsl.engine.columns.left_out import LeftOut
from dsl.engine.columns.liability import Liability, liabilities
from dsl.engine.columns.reading import MissingColumnError, read_history
from dsl.engine.columns.report import (
    Budget,
    budgets,
    by_attribute,
    by_segment,
    by_tier,
    in_segment,
    withheld,
)
from dsl.engine.columns.run import Way
from dsl.engine.columns.span import Sample

__all__ = [
    "Budget",
    "DryRun",
    "History",
    "LeftOut",
    "Liability",
    "MissingColumnError",
    "RuleTotal",
    "Sample",
    "Way",
    "budgets",
    "by_attribute",
    "by_segment",
    "by_tier",
    "dry_run",
    "in_segment",
    "liabilities",
    "read_history",
    "withheld",
]
