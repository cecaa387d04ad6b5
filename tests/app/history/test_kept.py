"""A folder of histories: whole or not there, of its owner, and no larger than it may be."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from app.history.kept import KeptHistories, key_of
from dsl.engine.columns import History, LeftOut, read_history
from tests.programs import checked

PROGRAM = checked('rule "r": on purchase award 1 point')
KEY, OTHER, THIRD = (key_of(name) for name in ("one", "other", "third"))


def history(*ids: str) -> tuple[History, LeftOut]:
    count = len(ids)
    table = {
        "event_id": pa.array(ids, pa.string()),
        "type": ["purchase"] * count,
        "ts": ["2026-01-01T00:00:00Z"] * count,
        "customer_id": ["c"] * count,
    }
    return read_history(PROGRAM, pa.table(table))


def ids(kept: KeptHistories, key: str) -> list[str] | None:
    found = kept.find(key)
    return None if found is None else found[0].ids.to_pylist()


def place(folder: Path, key: str) -> Path:
    return folder / f"{key}.history"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet, of one that is not either."""
    return tmp_path / "cache" / "histories"


@pytest.fixture
def kept(folder: Path) -> KeptHistories:
    return KeptHistories(folder)


def test_a_history_is_found_by_its_key_alone(kept: KeptHistories, folder: Path) -> None:
    assert kept.find(KEY) is None
    assert not folder.exists()
    kept.put(KEY, *history("a", "b"))
    assert (ids(kept, KEY), ids(kept, OTHER)) == (["a", "b"], None)
    kept.put(KEY, *history("c"))
    assert ids(KeptHistories(folder), KEY) == ["c"]
    assert [one.name for one in folder.iterdir()] == [f"{KEY}.history"]


def test_a_history_is_for_its_owner_alone(kept: KeptHistories, folder: Path) -> None:
    kept.put(KEY, *history("a"))
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (folder, place(folder, KEY))]
    assert modes == [0o700, 0o600]


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:0],
        lambda whole: whole[:3],
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1],
        lambda whole: whole[:-4],
        lambda whole: whole.replace(b"purchase", b"purchasf"),
        lambda whole: bytes(len(whole)),
        lambda whole: whole[64:],
    ],
)
def test_what_is_damaged_is_not_there(
    kept: KeptHistories, folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    kept.put(KEY, *history("a"))
    whole = place(folder, KEY).read_bytes()
    assert damage(whole) != whole
    place(folder, KEY).write_bytes(damage(whole))
    assert kept.find(KEY) is None
    kept.put(KEY, *history("a"))
    assert ids(kept, KEY) == ["a"]


def test_a_history_in_use_outlives_its_file(kept: KeptHistories, folder: Path) -> None:
    kept.put(KEY, *history("a"))
    found = kept.find(KEY)
    assert found is not None
    kept.put(KEY, *history("b"))
    place(folder, KEY).unlink()
    assert found[0].ids.to_pylist() == ["a"]
    assert found[0].at.tolist() == [1_767_225_600_000_000]


@pytest.mark.parametrize("way", ["a file in the way", "a folder in the way"])
def test_a_place_that_cannot_be_written_is_no_error(
    kept: KeptHistories, folder: Path, way: str
) -> None:
    if way == "a file in the way":
        folder.parent.mkdir()
        folder.write_text("kept")
    else:
        (place(folder, KEY) / "own").mkdir(parents=True)
    kept.put(KEY, *history("a"))
    assert kept.find(KEY) is None
    assert folder.is_file() or [one.name for one in folder.iterdir()] == [f"{KEY}.history"]


def test_those_go_that_were_used_the_longest_ago(folder: Path) -> None:
    KeptHistories(folder).put(KEY, *history("a"))
    size = place(folder, KEY).stat().st_size
    kept = KeptHistories(folder, 2 * size + size // 2)
    kept.put(OTHER, *history("b"))
    (folder / f"{THIRD}-abc.new").write_bytes(b"left behind")
    (folder / "mine.history").write_bytes(bytes(3 * size))
    for age, name in enumerate((f"{THIRD}-abc.new", f"{KEY}.history", f"{OTHER}.history")):
        os.utime(folder / name, (age, age))
    assert ids(kept, KEY) == ["a"]
    kept.put(THIRD, *history("c"))
    assert [ids(kept, key) for key in (KEY, OTHER, THIRD)] == [["a"], None, ["c"]]
    # What others put there is theirs.
    assert len(list(folder.iterdir())) == 3


def test_what_is_larger_than_all_may_be_is_not_kept(folder: Path) -> None:
    kept = KeptHistories(folder, 10_000)
    kept.put(KEY, *history("a"))
    kept.put(OTHER, *history(*(f"e{number}" for number in range(3_000))))
    assert (ids(kept, KEY), ids(kept, OTHER)) == (["a"], None)


def test_many_at_once_find_what_is_whole(folder: Path) -> None:
    KeptHistories(folder).put(KEY, *history("a"))
    size = place(folder, KEY).stat().st_size
    given = {KEY: history("a"), OTHER: history("b"), THIRD: history("c")}

    def work(start: int) -> set[tuple[str, ...]]:
        # Room for one and a half: each deletes what the others are about to read.
        kept, found = KeptHistories(folder, size + size // 2), set()
        for number in range(start, start + 40):
            key = list(given)[number % 3]
            kept.put(key, *given[key])
            found.add((key, *(ids(kept, key) or ())))
        return found

    with ThreadPoolExecutor(4) as pool:
        found = set().union(*pool.map(work, range(4)))
    whole = {(key, *own[0].ids.to_pylist()) for key, own in given.items()}
    assert found <= whole | {(key,) for key in given}
    assert found & whole
    assert [one.suffix for one in folder.iterdir()] == [".history"]
