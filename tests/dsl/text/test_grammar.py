"""The parser's table: no conflicts, a method for each rule, a cache that may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dsl.text import grammar
from dsl.text.english import ENGLISH
from dsl.text.parse import parse
from dsl.text.statements import Statements

SENTENCE = "on purchase where amount >= 200 award 2x points to gold"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of its own, and no grammar in memory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    grammar.load.cache_clear()
    yield tmp_path / "tallystick"
    grammar.load.cache_clear()


def test_every_rule_has_its_method() -> None:
    table = grammar.load(ENGLISH).table
    names = {made.kind for made in table.productions if made.kind and not made.single}
    # These are taken apart by the reader, statement by statement.
    names -= {"document", "remainder"}
    assert {name for name in names if not hasattr(Statements, f"build_{name}")} == set()


def test_the_table_is_kept_and_read_again(cache: Path) -> None:
    first = grammar.load(ENGLISH)
    (kept,) = cache.iterdir()
    written = kept.stat().st_mtime_ns
    grammar.load.cache_clear()
    again = grammar.load(ENGLISH)
    assert again is not first
    assert again.words == first.words
    assert kept.stat().st_mtime_ns == written
    assert parse(SENTENCE).document is not None


def test_a_damaged_table_is_made_anew(cache: Path) -> None:
    grammar.load(ENGLISH)
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    for damaged in (b"", whole[:-1], whole[:40] + b"x" + whole[41:]):
        kept.write_bytes(damaged)
        grammar.load.cache_clear()
        assert parse(SENTENCE).document is not None
        assert kept.read_bytes()[32:] != damaged[32:]


def test_a_folder_that_cannot_be_written_is_no_error(cache: Path) -> None:
    cache.parent.mkdir(exist_ok=True)
    cache.write_text("a file in the way")
    assert parse(SENTENCE).document is not None
    assert cache.read_text() == "a file in the way"


@pytest.mark.parametrize("home", ["", "relative/cache"])
def test_a_cache_folder_is_absolute(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    monkeypatch.setenv("HOME", "/nonexistent")
    assert grammar.cache_folder() == Path("/nonexistent/.cache/tallystick")
