"""How time is taken: on one core, as the processor's own time.

That is the same as by the clock on the wall where nothing else runs, and leaves out the turns of
others where something does. Of what people wait for both are told.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass


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


PROCESSOR_TIME = "Processor time, which is the clock's where nothing else runs."
# The processor's time of this process and of its threads, in seconds.
processor = time.process_time


def processed(work: Callable[[], object]) -> float:
    """The seconds of the processor that a piece of work takes."""
    begun = processor()
    work()
    return processor() - begun


def processed_apart(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """The seconds of the processor that a command takes in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@dataclass(frozen=True, slots=True)
class Took:
    """What a piece of work took, in seconds: by the clock on the wall, and of the processor."""

    wall: float
    processor: float


def timed(work: Callable[[], object]) -> Took:
    """What a piece of work takes."""
    begun, used = time.perf_counter(), processor()
    work()
    return Took(time.perf_counter() - begun, processor() - used)


def at_quantile(seconds: Sequence[float], share: float) -> float:
    """The time within which a share of all stay."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
