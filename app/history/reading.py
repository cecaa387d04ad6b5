"""Histories of files, read once for all programs that read them alike, and kept on disk by content.

What of them is kept, and where: docs/operations.md, "Dry runs".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.history.catalogue import catalogue
from app.history.files import Table, UnreadableFile, read_table
from app.history.kept import KeptHistories, key_of
from dsl.engine.columns import History, LeftOut, read_history
from dsl.meaning import checked

# Files of fewer bytes in all are read in a tenth of a second, and clutter no folder.
LEAST = 1_000_000


@dataclass(frozen=True, slots=True)
class Files:
    """A history in files: events, and where there are any line items and customers."""

    events: Path
    items: Path | None = None
    customers: Path | None = None

    @property
    def given(self) -> Mapping[str, Path]:
        """The files that there are, by what they hold."""
        held = {"events": self.events, "items": self.items, "customers": self.customers}
        return {name: path for name, path in held.items() if path is not None}


class FileHistories:
    """What programs read of files.

    `data` is the SHA-256 of the files' own, one after the other, in hexadecimal. Raises
    UnreadableFile, as `of` does, which raises MissingColumnError too.
    """

    def __init__(self, files: Files, kept: KeptHistories | None = None) -> None:
        self._files, self._kept = files.given, kept
        self._read: dict[str, tuple[History, LeftOut]] = {}
        self._before = self._stats()
        self._digests = {name: _digest(path) for name, path in self._files.items()}
        self.data = hashlib.sha256(b"".join(self._digests.values())).hexdigest()

    def of(self, program: checked.Program) -> tuple[History, LeftOut]:
        """The history as a program understands it, and what of the files could not be taken."""
        name = catalogue(program)
        if name not in self._read:
            self._read[name] = self._found(program, name)
        return self._read[name]

    def _found(self, program: checked.Program, name: str) -> tuple[History, LeftOut]:
        if self._kept is None or sum(size for size, *_ in self._before) < LEAST:
            return self._anew(program)
        # The same bytes say something else under another ending, or as another of the files.
        endings = [path.suffix.lower() for path in self._files.values()]
        key = key_of(self._digests, endings, name)
        found = self._kept.find(key)
        if found is None:
            found = self._anew(program)
            with suppress(UnreadableFile):
                # What was written to meanwhile is perhaps not what the digests are of.
                if self._stats() == self._before:
                    self._kept.put(key, *found)
        return found

    def _anew(self, program: checked.Program) -> tuple[History, LeftOut]:
        tables = self._tables
        events, items, customers = tables["events"], tables.get("items"), tables.get("customers")
        history, left_out = read_history(
            program,
            events.rows,
            items.rows if items is not None else events.items,
            customers.rows if customers is not None else None,
        )
        for table in tables.values():
            left_out.note("rows", "not a JSON object", table.bad_places, table.bad_lines)
        left_out.values.update(events.bad_values)
        return history, left_out

    @cached_property
    def _tables(self) -> Mapping[str, Table]:
        return {name: read_table(path) for name, path in self._files.items()}

    def _stats(self) -> list[tuple[int, int, int]]:
        """How large the files are, when they were written, and which they are."""
        found = []
        for path in self._files.values():
            with _readable(path):
                stat = path.stat()
            found.append((stat.st_size, stat.st_mtime_ns, stat.st_ino))
        return found


def _digest(path: Path) -> bytes:
    with _readable(path), path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise UnreadableFile where a file is not to be had."""
    try:
        yield
    except OSError as error:
        raise UnreadableFile(path, error.strerror or str(error)) from error
