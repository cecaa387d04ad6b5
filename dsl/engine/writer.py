"""Indented lines of restricted Python."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


# A test that always holds.
ALWAYS = "1 == 1"


class Writer:
    """Collects lines; a block indents what is written inside it."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0

    def __call__(self, *lines: str) -> None:
        """Write lines at the current depth."""
        self._lines += [" " * self._depth + line for line in lines]

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write a head such as `if x > 0:` and indent what follows."""
        self(head)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def where(self, test: str) -> Iterator[None]:
        """Indent what follows behind a test, where there is anything to test."""
        if test == ALWAYS:
            yield
            return
        with self.block(f"if {test}:"):
            yield

    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines) + "\n"
