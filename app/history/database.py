"""The recorded events of a program as a history, kept on disk so that only new ones are read.

On disk are Arrow files of texts in the order of recording, each with a digest of all content up to
its end. What is there is used only where the digest is that of the database at hand.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pyarrow as pa
import pyarrow.ipc
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.history.catalogue import catalogue
from app.history.tables import joined, tables_of_contents
from app.models import Event, Program
from dsl.engine.columns import History, read_history
from dsl.meaning import checked

BATCH = 10_000
KEPT = 2
# What is so large is not read again for less than one part in LITTLE, until MAY_WAIT is over.
LARGE, LITTLE = 20_000, 100
MAY_WAIT = dt.timedelta(minutes=1)
# More pieces than this are written anew as one.
MOST_PIECES = 16
# What is kept changes its shape with this name.
DIGEST = b"digest with lists"
COLUMNS = ("id", "type", "at", "customer")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a program's events are recorded: the last one, and how many there are up to it."""

    seq: int
    count: int


@dataclass(slots=True)
class _Piece:
    """Events recorded after one seq, up to another, as files; `digest` is of all up to the end."""

    folder: Path
    after: int
    upto: int

    @classmethod
    def of(cls, folder: Path) -> _Piece | None:
        after, dash, upto = folder.name.partition("-")
        if dash and after.isdigit() and upto.isdigit():
            return cls(folder, int(after), int(upto))
        return None

    def read(self, name: str) -> pa.Table:
        # Mapped, not read: what a history does not ask for is never in memory.
        with pa.memory_map(str(self.folder / name)) as source:
            return pyarrow.ipc.open_file(source).read_all()

    @property
    def digest(self) -> str:
        metadata: dict[bytes, bytes] = self.read("events.arrow").schema.metadata or {}
        return metadata.get(DIGEST, b"").decode()


@dataclass(frozen=True, slots=True)
class _Kept:
    """A history in memory, how far it goes, and when it was read."""

    history: History
    mark: Mark
    read_at: dt.datetime

    def serves(self, mark: Mark, now: dt.datetime) -> bool:
        """True where nothing is newer, or so little that it may wait a while."""
        if self.mark == mark:
            return True
        newer = mark.count - self.mark.count
        is_little = self.mark.count >= LARGE and 0 <= newer * LITTLE <= self.mark.count
        return is_little and now - self.read_at <= MAY_WAIT


class Histories:
    """Histories of recorded events; safe to use by several threads and processes at once.

    A large history may lack the last minute's events, where those are few.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._kept: OrderedDict[tuple[int, str], _Kept] = OrderedDict()

    def of(
        self,
        session: Session,
        row: Program,
        program: checked.Program,
        *,
        now: dt.datetime,
        progress: Progress | None = None,
    ) -> History:
        """All recorded events of a program's row, as a checked program understands them.

        `progress` is called with how many events have been read from the database and how many
        there are to read.
        """
        mark = mark_of(session, row)
        key = (row.id, catalogue(program))
        with self._lock:
            found = self._kept.get(key)
            if found is not None and found.serves(mark, now):
                self._kept.move_to_end(key)
                return found.history
            events, items = self._tables(session, row, mark, progress)
            history, _ = read_history(program, events, items)
            self._kept[key] = _Kept(history, mark, now)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return history

    def _tables(
        self, session: Session, row: Program, mark: Mark, progress: Progress | None
    ) -> tuple[pa.Table, pa.Table | None]:
        """The texts of all events up to the mark: from disk as far as that goes, then read."""
        url = session.get_bind().engine.url.render_as_string(hide_password=True)
        name = hashlib.sha256(url.encode()).hexdigest()[:16]
        folder = self._folder / f"{name}-{row.id}"
        folder.mkdir(parents=True, exist_ok=True)
        found = [one for one in map(_Piece.of, folder.iterdir()) if one is not None]
        digests = _digests(session, row, mark, {one.upto for one in found})
        try:
            pieces = _chain(found, digests)
            tables = [(one.read("events.arrow"), one.read("items.arrow")) for one in pieces]
        except (OSError, pa.ArrowException):
            # Another process put the pieces together meanwhile, or the disk lost some.
            pieces, tables = [], []
        after = pieces[-1].upto if pieces else 0
        if after < mark.seq:
            tables.append(_read(session, row, after, mark, progress))
            _write(folder, tables[-1], after, mark.seq, digests[mark.seq])
        events = joined(events for events, _ in tables) if tables else _nothing()
        items = joined(items for _, items in tables) if tables else None
        if items is not None and len(tables) > MOST_PIECES:
            _write(folder, (events, items), 0, mark.seq, digests[mark.seq])
            for piece in pieces:
                shutil.rmtree(piece.folder, ignore_errors=True)
        return events, items


def mark_of(session: Session, row: Program) -> Mark:
    """How far the program's events are recorded, as this transaction sees it."""
    seq, count = session.execute(
        select(func.coalesce(func.max(Event.seq), 0), func.count()).where(
            Event.program_id == row.id
        )
    ).one()
    return Mark(seq, count)


def _digests(session: Session, row: Program, mark: Mark, ends: set[int]) -> dict[int, str]:
    """The digest of all content recorded up to each of these seqs, and up to the mark."""
    found: dict[int, str] = {}
    digest = hashlib.sha256()
    for seq, content_hash in session.execute(
        select(Event.seq, Event.content_hash)
        .where(Event.program_id == row.id, Event.seq <= mark.seq)
        .order_by(Event.seq)
        .execution_options(yield_per=BATCH)
    ):
        digest.update(f"{seq}:{content_hash};".encode())
        if seq in ends or seq == mark.seq:
            found[seq] = digest.hexdigest()
    return found


def _chain(pieces: list[_Piece], digests: dict[int, str]) -> list[_Piece]:
    """The pieces that follow one another from the first event on and hold what is on record."""
    chain: list[_Piece] = []
    end = 0
    while True:
        following = [
            one
            for one in pieces
            if one.after == end and one.upto in digests and one.digest == digests[one.upto]
        ]
        if not following:
            return chain
        chain.append(max(following, key=lambda one: one.upto))
        end = chain[-1].upto


def _read(
    session: Session, row: Program, after: int, mark: Mark, progress: Progress | None
) -> tuple[pa.Table, pa.Table]:
    """The texts of the events after a seq, up to the mark."""
    where = (Event.program_id == row.id, Event.seq > after, Event.seq <= mark.seq)
    total = session.scalar(select(func.count()).where(*where)) or 0
    statement = select(Event.content).where(*where).order_by(Event.seq)
    contents = session.scalars(statement.execution_options(yield_per=BATCH))
    parts, done = [], 0
    for some in contents.partitions(BATCH):
        if progress is not None:
            progress(done, total)
        parts.append(tables_of_contents(some))
        done += len(some)
    return joined(part[0] for part in parts), joined(part[1] for part in parts)


def _write(
    folder: Path, tables: tuple[pa.Table, pa.Table], after: int, upto: int, digest: str
) -> None:
    """Put a piece in its place whole, instead of one that is there and was not used."""
    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=folder))
    for name, table in zip(("events.arrow", "items.arrow"), tables, strict=True):
        marked = table.replace_schema_metadata({DIGEST: digest.encode()})
        with pyarrow.ipc.new_file(str(fresh / name), marked.schema) as writer:
            writer.write_table(marked)
    place = folder / f"{after}-{upto}"
    shutil.rmtree(place, ignore_errors=True)
    try:
        fresh.rename(place)
    except OSError:
        # Another process put the same there in this very moment.
        shutil.rmtree(fresh, ignore_errors=True)


def _nothing() -> pa.Table:
    """No events, in the columns that a history has."""
    return pa.table({name: pa.array([], pa.string()) for name in COLUMNS})
