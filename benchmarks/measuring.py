"""How time is taken: on one core, in rounds, by turns, so that a busy moment hits everybody."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and the threads it starts, on one core, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def timed(work: Callable[[], object]) -> float:
    """The seconds that a piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def at_quantile(seconds: Sequence[float], share: float) -> float:
    """The time within which a share of all stay."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
