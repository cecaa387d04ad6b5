"""What is read of files is kept: the same history comes back, and never another's."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from app.history import reading
from app.history.files import UnreadableFile
from app.history.kept import KeptHistories
from app.history.reading import FileHistories, Files
from tests.dsl.engine.columns.test_stored import told
from tests.programs import HEAD, checked

Rows = Sequence[Mapping[str, object]]
DECLARED = """
attributes of customer: size text
attributes of purchase: note text, weight number, urgent flag, due date, room one of ("n", "s")
attributes of item: organic flag
"""
PROGRAM = checked(f'{HEAD}{DECLARED}rule "r": on purchase award 1 point per 1 spent')
EDITED = checked(f'{HEAD}{DECLARED}rule "r": on purchase where weight > 1 award 2 points')
NUMBERED = DECLARED.replace("note text", "note number")
OTHER = checked(f'{HEAD}{NUMBERED}rule "r": on review award 1 point')
TABLES: Mapping[str, Sequence[Sequence[object]]] = {
    "events": (
        (
            "event_id",
            "type",
            "ts",
            "customer_id",
            "amount",
            "note",
            "weight",
            "urgent",
            "due",
            "room",
            "week",
        ),
        ("b", "purchase", "2026-01-02T10:00:00Z", "c1", "10.50", "ü", "1.25", "true"),
        ("a", "purchase", "2026-01-02T10:00:00Z", "c2", "many", None, "heavy", "perhaps"),
        ("c", "purchase", "2026-01-01T10:00:00Z", "c1", "3", "x", "2", "false", "2026-02-01", "n"),
        ("c", "purchase", "2026-01-01T10:00:00Z", "c1"),
        ("d", "dance", "2026-01-01T10:00:00Z", "c1"),
        ("e", "purchase", "2026-01-01", "c1"),
        ("f", "review", "2026-01-03T10:00:00Z", "c2"),
        ("g", "purchase", "2026-01-04T10:00:00Z", "c2", "1", None, None, None, "soon", "attic", 1),
    ),
    "items": (
        ("event_id", "sku", "brand", "price", "organic", "shelf"),
        ("b", "s1", "own", "1.5", "true"),
        ("z", "s1", "own", "1.5", "true", "low"),
        ("c", "s2", None, "cheap", "no"),
        ("b", "s3", "other", "2"),
    ),
    "customers": (
        ("customer_id", "joined_on", "size", "tags", "mood"),
        ("c2", "2025-12-01", "L", ["vip", "new"], "good"),
        ("c9", "2025-12-01", "M", [], None),
        ("c1", "2025-12-02", None, ["vip"], None),
    ),
}


@pytest.fixture(autouse=True)
def _even_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the files are, what is read of them is kept."""
    monkeypatch.setattr(reading, "LEAST", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for what is kept."""
    return tmp_path / "kept"


@pytest.fixture
def kept(folder: Path) -> KeptHistories:
    return KeptHistories(folder)


def written(folder: Path, kind: str) -> Files:
    """Events with their line items and customers, of each some that cannot be taken."""
    folder.mkdir()
    paths = [folder / f"{name}.{kind}" for name in TABLES]
    for path, (names, *rows) in zip(paths, TABLES.values(), strict=True):
        write(path, [dict(zip_longest(map(str, names), row)) for row in rows])
    return Files(*paths)


def write(path: Path, rows: Rows) -> None:
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(pa.Table.from_pylist(list(rows)), path)
    elif path.suffix in {".csv", ".tsv"}:
        with path.open("w", encoding="utf-8", newline="") as out:
            mark = "," if path.suffix == ".csv" else "\t"
            writer = csv.writer(out, delimiter=mark)
            writer.writerow(rows[0])
            for row in rows:
                cells = (json.dumps(one) if isinstance(one, list) else one for one in row.values())
                writer.writerow(cells)
    else:
        lines = [json.dumps(row) for row in rows]
        # An event with lines of its own and a value with parts, and lines that are no rows.
        own = {**rows[0], "event_id": "own", "items": [{"sku": "k", "price": 1}], "amount": [1]}
        path.write_text("\n".join([*lines, "no json", json.dumps(own), "[1]"]), encoding="utf-8")


def moved(files: Files, folder: Path) -> Files:
    """The same files under other names, written at another time."""
    folder.mkdir()
    found = []
    for number, path in enumerate(files.given.values()):
        found.append(shutil.copyfile(path, folder / f"f{number}{path.suffix}"))
        os.utime(found[-1], (number, number))
    return Files(*found)


def is_kept(histories: FileHistories) -> bool:
    """True where the history was not read anew: what is mapped cannot be written."""
    history, _ = histories.of(PROGRAM)
    return not history.at.codes.flags.writeable


@pytest.mark.parametrize("kind", ["parquet", "csv", "tsv", "jsonl"])
def test_the_same_files_are_read_once(tmp_path: Path, kept: KeptHistories, kind: str) -> None:
    files = written(tmp_path / "one", kind)
    first = FileHistories(files, kept)
    again = FileHistories(moved(files, tmp_path / "other"), kept)
    assert (is_kept(first), is_kept(again)) == (False, True)
    anew = FileHistories(files)
    assert told(*again.of(PROGRAM)) == told(*first.of(PROGRAM)) == told(*anew.of(PROGRAM))
    assert again.data == anew.data
    history, left_out = again.of(PROGRAM)
    assert [column.tags for column in history.columns.values() if column.tags]
    assert set(left_out.to_json()) == {"event_types", "columns", "values", "rows", "where"}


def test_lines_inside_events_are_kept_too(tmp_path: Path, kept: KeptHistories) -> None:
    files = Files(written(tmp_path / "one", "jsonl").events)
    first, again = FileHistories(files, kept), FileHistories(files, kept)
    assert (is_kept(first), is_kept(again)) == (False, True)
    history, left_out = again.of(PROGRAM)
    assert told(history, left_out) == told(*first.of(PROGRAM))
    assert history.lines.starts[-1] == 1
    assert left_out.rows["not a JSON object"] == 2


def more(path: Path) -> Path:
    """The file with an event more, elsewhere."""
    text = path.read_text(encoding="utf-8") + "h,purchase,2026-01-05T10:00:00Z,c1,7\n"
    text = text.replace("c1,7\n", "c1,7,,,,,,\n")
    found = path.with_name("more.csv")
    found.write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda files: replace(files, events=more(files.events)),
        lambda files: replace(files, items=None),
        lambda files: replace(files, customers=None),
        lambda files: replace(files, items=files.events),
        # As another of the files.
        lambda files: replace(files, items=files.customers, customers=files.items),
        # What an ending says of the same bytes.
        lambda files: replace(files, items=files.items.rename(files.items.with_suffix(".tsv"))),
    ],
    ids=["more events", "no items", "no customers", "other items", "swapped", "another ending"],
)
def test_other_files_are_read_anew(
    tmp_path: Path, kept: KeptHistories, change: Callable[[Files], Files]
) -> None:
    files = written(tmp_path / "one", "csv")
    assert not is_kept(FileHistories(files, kept))
    changed = change(files)
    outcomes = []
    for histories in (FileHistories(changed, kept), FileHistories(changed)):
        try:
            assert not is_kept(histories)
            outcomes.append(told(*histories.of(PROGRAM)))
        except ValueError as error:
            outcomes.append([str(error)])
    assert outcomes[0] == outcomes[1]


def test_programs_that_read_alike_share_what_is_read(tmp_path: Path, kept: KeptHistories) -> None:
    files = written(tmp_path / "one", "csv")
    histories = FileHistories(files, kept)
    assert histories.of(PROGRAM) is histories.of(EDITED)
    assert histories.of(OTHER)[0].columns.keys() != histories.of(PROGRAM)[0].columns.keys()
    again = FileHistories(files, kept)
    assert told(*again.of(OTHER)) == told(*FileHistories(files).of(OTHER))
    assert told(*again.of(EDITED)) == told(*FileHistories(files).of(PROGRAM))


def test_what_is_damaged_is_read_anew(tmp_path: Path, kept: KeptHistories, folder: Path) -> None:
    files = written(tmp_path / "one", "parquet")
    assert not is_kept(FileHistories(files, kept))
    (place,) = folder.iterdir()
    place.write_bytes(place.read_bytes()[:-100])
    found = [is_kept(FileHistories(files, kept)) for _ in range(2)]
    assert found == [False, True]


def test_what_is_written_to_meanwhile_is_not_kept(
    tmp_path: Path, kept: KeptHistories, folder: Path
) -> None:
    files = written(tmp_path / "one", "jsonl")
    histories = FileHistories(files, kept)
    with files.events.open("a", encoding="utf-8") as out:
        out.write("\n{}")
    assert not is_kept(histories)
    assert not folder.exists()


def test_small_files_are_not_kept(
    tmp_path: Path, kept: KeptHistories, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = written(tmp_path / "one", "csv")
    whole = sum(path.stat().st_size for path in files.given.values())
    monkeypatch.setattr(reading, "LEAST", whole + 1)
    assert not is_kept(FileHistories(files, kept))
    assert not folder.exists()
    monkeypatch.setattr(reading, "LEAST", whole)
    assert not is_kept(FileHistories(files, kept))
    assert folder.exists()


@pytest.mark.parametrize("name", ["missing.csv", "events.xlsx", "."])
def test_files_that_are_none_are_told(tmp_path: Path, kept: KeptHistories, name: str) -> None:
    (tmp_path / "events.xlsx").write_bytes(b"x")
    with pytest.raises(UnreadableFile):
        FileHistories(Files(tmp_path / name), kept).of(PROGRAM)
