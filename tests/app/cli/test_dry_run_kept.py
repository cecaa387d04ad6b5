"""Dry runs over files that were read before: the same answer, and nothing kept unasked."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import Result

from app.history import reading
from tests.app.cli.conftest import Tally
from tests.app.cli.histories import MONTHS, STANDING

OTHER = 'attributes of purchase: week number\nrule "w": on purchase where week > 0 award 1 point\n'


@pytest.fixture(autouse=True)
def _even_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the files are, what is read of them is kept."""
    monkeypatch.setattr(reading, "LEAST", 0)


@pytest.fixture
def place(folder: Path) -> Path:
    """Where histories are kept unless something else is said."""
    return folder / "cache" / "tallystick" / "histories"


def told(result: Result) -> tuple[str, str]:
    """All of an answer but how long it took."""
    assert result.exit_code == 0
    return (
        re.sub(r'"seconds": [\d.]+', "", result.stdout),
        re.sub(r" in [\d.]+ s", "", result.stderr),
    )


@pytest.mark.parametrize(
    "options",
    [
        ("--json",),
        (),
        ("--json", "--engine", "native"),
        ("--json", "--engine", "compiled", "--explain", "2"),
        ("--json", "--against", "other.rules"),
    ],
)
def test_an_answer_is_the_same_to_the_byte(
    tally: Tally, folder: Path, place: Path, options: tuple[str, ...]
) -> None:
    (folder / "other.rules").write_text(OTHER, encoding="utf-8")
    given = (
        "dry-run", folder / "base.rules", "--events", folder / "events.csv",
        *(folder / one if one == "other.rules" else one for one in options),
    )  # fmt: skip
    without = tally(*given, "--no-cache")
    assert not place.exists()
    first = tally(*given)
    kept = list(place.iterdir())
    assert len(kept) == (2 if "--against" in options else 1)
    for one in kept:
        os.utime(one, (0, 0))
    again = tally(*given)
    # It was used: that is when it was used last.
    assert all(one.stat().st_mtime > 0 for one in kept)
    assert told(again) == told(first) == told(without)


def test_only_what_is_kept_of_the_same_files_is_used(tally: Tally, folder: Path) -> None:
    events, rules = folder / "months.csv", folder / "standing.rules"
    events.write_text(MONTHS, encoding="utf-8")
    rules.write_text(STANDING, encoding="utf-8")
    given = ("dry-run", rules, "--events", events, "--json", "--cache", folder / "mine")
    first = tally(*given)
    events.write_text(MONTHS.replace("c1,20", "c1,30"), encoding="utf-8")
    assert '"points": 55' in first.stdout
    assert '"points": 65' in tally(*given).stdout
    assert len(list((folder / "mine").iterdir())) == 2


def test_a_folder_may_be_named(tally: Tally, folder: Path, place: Path) -> None:
    given = ("dry-run", folder / "base.rules", "--events", folder / "events.csv")
    mine = folder / "a" / "b"
    assert told(tally(*given, "--cache", mine)) == told(tally(*given, "--cache", mine))
    assert (len(list(mine.iterdir())), place.exists()) == (1, False)
    # No folder can be there.
    nowhere = folder / "events.csv" / "b"
    assert told(tally(*given, "--cache", nowhere)) == told(tally(*given, "--no-cache"))


def test_a_folder_and_none_do_not_go_together(tally: Tally, folder: Path) -> None:
    given = ("dry-run", folder / "base.rules", "--events", folder / "events.csv")
    result = tally(*given, "--no-cache", "--cache", folder)
    assert result.exit_code == 2
    assert "--cache and --no-cache do not go together." in result.stderr
