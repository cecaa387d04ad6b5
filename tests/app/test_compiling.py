"""Machine code is made by another process, which may be ended; runs go on without it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.compiling import Workshop, compile_apart
from dsl.engine.columns.dry_run import dry_run
from dsl.engine.native.llvm import object_file
from dsl.engine.native.machine import Machines, NotCompiledError, machines
from tests.dsl.engine.columns.made_up import PROGRAMS, history_of
from tests.programs import HEAD, compiled

TEXT = "define i64 @f(ptr %V, i64 %a) {\n %b = add i64 %a, 7\n ret i64 %b\n}\n"
# Less than LLVM needs for anything.
LITTLE = 64


@pytest.fixture
def shop() -> Iterator[Workshop]:
    found = Workshop()
    yield found
    found.close()


def test_it_makes_what_this_process_would_make(shop: Workshop) -> None:
    for level in (0, 1):
        assert shop(TEXT, level) == object_file(TEXT, level)


def test_after_a_text_that_ends_it_the_next_is_compiled(shop: Workshop) -> None:
    with pytest.raises(NotCompiledError):
        shop("define nothing", 0)

    assert shop(TEXT, 0) == object_file(TEXT, 0)


def test_a_compiler_that_takes_too_long_is_ended() -> None:
    shop = Workshop(seconds=0)
    try:
        with pytest.raises(NotCompiledError):
            shop("; much\n" * 2_000_000 + TEXT, 0)
    finally:
        shop.close()


def test_a_run_goes_on_without_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compiled(HEAD + PROGRAMS["limits by calendar and for ever"])
    history = history_of(program)
    shop = Workshop(megabytes=LITTLE)
    monkeypatch.setattr("dsl.engine.columns.native.machines", Machines(shop))
    try:
        run = dry_run(program, history, way="native")
    finally:
        shop.close()

    assert run.way == "text"
    by_book = dry_run(program, history, way="book").awards
    assert run.awards.ordered.amounts.tolist() == by_book.amounts.tolist()


def test_a_run_is_compiled_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compiled(HEAD + PROGRAMS["segments"])
    monkeypatch.setattr(machines, "compiler", None)
    compile_apart()
    shop = machines.compiler
    assert isinstance(shop, Workshop)
    monkeypatch.setattr("dsl.engine.columns.native.machines", Machines(shop))
    try:
        assert dry_run(program, history_of(program), way="native").way == "native"
    finally:
        shop.close()
