"""What the README claims, measured: `tally bench`, or `make bench` with the peers installed."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from importlib import import_module, metadata

from benchmarks.peers import PEERS, missing_peers
from benchmarks.tables import Table

# Each with the module whose `measure` makes its table, and what it measures in a few words.
BENCHMARKS: Mapping[str, str] = {
    "text": "from a text to a checked program",
    "match": "which rules match and what they award, beside the peers",
    "decide": "whole decisions with state",
    "history": "a program over a history of many events",
    "previews": "what people wait for: diagnostics, previews, events taken in",
}
__all__ = ["BENCHMARKS", "Table", "machine", "measure", "missing_peers"]


def measure(name: str) -> Table:
    """The table of a benchmark; only what it needs is imported."""
    work: Callable[[], Table] = import_module(f"benchmarks.{name}").measure
    return work()


def machine() -> dict[str, object]:
    """What the figures depend on: the interpreter, the cores, the versions of the peers."""
    missing = missing_peers()
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "peers": {p.name: metadata.version(p.name) for p in PEERS if p.name not in missing},
        "missing": missing,
    }
