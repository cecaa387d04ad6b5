"""Histories as columns of integers, and programs run over them.

The only place in the language that knows NumPy and Arrow.
"""

from dsl.engine.columns.dry_run import DryRun, RuleTotal, dry_run
from dsl.engine.columns.history import History, LeftOut, MissingColumnError
from dsl.engine.columns.run import Sample, Way

__all__ = [
    "DryRun",
    "History",
    "LeftOut",
    "MissingColumnError",
    "RuleTotal",
    "Sample",
    "Way",
    "dry_run",
]
