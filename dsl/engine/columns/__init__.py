"""Histories as columns of integers, and programs run over them.

The only place in the language that knows NumPy and Arrow.
"""

from dsl.engine.columns.dry_run import DryRun, RuleTotal, Sample, dry_run
from dsl.engine.columns.history import History, LeftOut, MissingColumnError

__all__ = [
    "DryRun",
    "History",
    "LeftOut",
    "MissingColumnError",
    "RuleTotal",
    "Sample",
    "dry_run",
]
