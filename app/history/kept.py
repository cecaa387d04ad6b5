"""Histories that were read, kept on disk by what they were read of.

Each is a file, named by its key: an Arrow file that is mapped, and a checksum after it. It is put
in its place whole and never changed there, so that it stays mapped while others replace it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import mmap
import os
import re
import tempfile
import zlib
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

import dsl
from dsl.engine.columns import History, LeftOut
from dsl.engine.columns.stored import from_table, to_table

# A hundred histories of a million events, each with its lines; what takes no more than this on a
# laptop's disk is not missed there.
MOST = 5_000_000_000
# What all readings hang on, whatever the files and the program.
READ_BY = ("tallystick", "pyarrow", "numpy")
# Only files of such names are deleted: a folder may hold others' too.
NAME = re.compile(r"[0-9a-f]{64}(\.history|-\w+\.new)")
CHECKSUM = 4


class KeptHistories:
    """A folder of histories, of at most so many bytes; safe to use by several processes at once.

    What cannot be read there is not there, and what cannot be written is not kept.
    """

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder, self._most = folder, most

    def find(self, key: str) -> tuple[History, LeftOut] | None:
        """What was kept under a key, mapped: its arrays cannot be written."""
        path = self._place(key)
        try:
            found = from_table(_read(path))
        except (OSError, ValueError, pa.ArrowException):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return found

    def put(self, key: str, history: History, left_out: LeftOut) -> None:
        """Keep a history, and delete others, those first that were used the longest ago."""
        table = to_table(history, left_out)
        if table.nbytes > self._most:
            return
        with contextlib.suppress(OSError):
            # They name customers: for their owner alone.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _write(self._place(key), table, self._most):
                self._shrink()

    def _place(self, key: str) -> Path:
        return self._folder / f"{key}.history"

    def _shrink(self) -> None:
        found: list[tuple[int, int, Path]] = []
        for path in self._folder.iterdir():
            # Another process may delete it meanwhile.
            with contextlib.suppress(FileNotFoundError):
                if NAME.fullmatch(path.name):
                    stat = path.stat()
                    found.append((stat.st_mtime_ns, stat.st_size, path))
        whole = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if whole <= self._most:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            whole -= size


def key_of(*parts: object) -> str:
    """The key of what this version of Tallystick reads of these parts, which say all of it."""
    return hashlib.sha256(repr((_reader(), parts)).encode()).hexdigest()


@functools.cache
def _reader() -> str:
    """The digest of the reader itself: another reads or keeps the same otherwise."""
    digest = hashlib.sha256(repr([version(name) for name in READ_BY]).encode())
    for module in (dsl.__file__, __file__):
        for path in sorted(Path(module).parent.rglob("*.py")):
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _read(path: Path) -> pa.Table:
    """The table in a file of ours; raises ValueError where it is another's, or not whole."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_uid != os.getuid():
            raise ValueError(path)
        whole = pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    body = whole.slice(0, max(0, whole.size - CHECKSUM))
    if whole.slice(body.size).to_pybytes() != _checksum(body):
        raise ValueError(path)
    return pyarrow.ipc.open_file(body).read_all()


def _write(path: Path, table: pa.Table, most: int) -> bool:
    """Put a table in its place at once, or not at all: one of no more than so many bytes."""
    handle, name = tempfile.mkstemp(prefix=f"{path.stem}-", suffix=".new", dir=path.parent)
    os.close(handle)
    fresh = Path(name)
    try:
        with pyarrow.ipc.new_file(name, table.schema) as writer:
            writer.write_table(table)
        with pa.memory_map(name) as source:
            checksum = _checksum(source.read_buffer())
        with fresh.open("ab") as file:
            file.write(checksum)
        if fresh.stat().st_size > most:
            return False
        fresh.replace(path)
        return True
    finally:
        fresh.unlink(missing_ok=True)


def _checksum(content: pa.Buffer) -> bytes:
    return zlib.crc32(content).to_bytes(CHECKSUM, "little")
