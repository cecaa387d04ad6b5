"""One hostile text through parser, checker and, where it passes, all that follows them."""

from __future__ import annotations

import time
import traceback

import dsl
from dsl.meaning.check import parsed
from tests.fuzz.texts import MOST_BYTES

# What a text of at most 2 KB may take, the best of three: the machine has other things to do.
MOST_SECONDS = 0.05
TRIES = 3


def seconds(text: str) -> float:
    """How long it takes to parse and check a text that was not seen before."""
    parsed.cache_clear()
    begun = time.perf_counter()
    dsl.check([dsl.Part(text)])
    return time.perf_counter() - begun


def is_slow(text: str) -> bool:
    """True of a small text that takes too long each time."""
    small = len(text.encode("utf-8", "surrogatepass")) <= MOST_BYTES
    return small and all(seconds(text) > MOST_SECONDS for _ in range(TRIES))


def failure(text: str) -> str | None:
    """What is wrong with what is made of a text: an exception, a broken promise; else None."""
    try:
        return _broken(text)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {where.name}"


def _broken(text: str) -> str | None:
    result = dsl.check([dsl.Part(text)])
    source = dsl.Source(text)
    for problem in result.diagnostics:
        if not 0 <= problem.span.start <= problem.span.end <= len(text):
            return f"a span of {problem.code} outside the text"
        dsl.report(source, problem)
    errors = [problem for problem in result.diagnostics if problem.severity == "error"]
    if (result.program is None) != bool(errors):
        return "a program with errors, or none without"
    document = dsl.parse(text).document
    if document is not None and dsl.parse(dsl.format_text(text)).document != document:
        return "canonical text with another meaning"
    if result.program is not None:
        dsl.compile_program(result.program)
    return None
