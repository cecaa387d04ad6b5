"""Every text that people read can be translated, by a catalogue that is dropped in."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface

from tests.admin.visitor import Visitor

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "app/translations/messages.pot"


def test_the_template_has_every_text(tmp_path: Path) -> None:
    fresh = tmp_path / "messages.pot"
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nmessages:")[2]
    command = recipe.split("\n\n")[0].partition("pybabel")[2].replace("\\\n", " ").split()
    command[command.index("app/translations/messages.pot")] = str(fresh)

    subprocess.run(
        [ROOT / ".venv/bin/pybabel", *command], cwd=ROOT, check=True, capture_output=True
    )

    assert fresh.read_text(encoding="utf-8") == TEMPLATE.read_text(encoding="utf-8")


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue with a text or two, where the product looks for catalogues."""
    folder = tmp_path / "translations/de/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Rules"\nmsgstr "Regeln"\n\n'
        'msgid "There is no customer %(id)s."\nmsgstr "Es gibt keinen Kunden %(id)s."\n',
        encoding="utf-8",
    )
    catalogue = str(folder / "messages.po")
    compiled = str(folder / "messages.mo")
    CommandLineInterface().run(["pybabel", "-q", "compile", "-i", catalogue, "-o", compiled])  # type: ignore[no-untyped-call]
    monkeypatch.setattr("app.factory.PACKAGE", tmp_path)


@pytest.mark.usefixtures("german")
def test_a_catalogue_that_is_dropped_in_is_spoken(enter: Callable[[str], Visitor]) -> None:
    visitor = enter("marketer")
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-AT,de;q=0.9,en;q=0.5"

    page = visitor.get("/p/club/rules/")
    missing = visitor.get("/p/club/customers/customer?id=x")
    ledger = visitor.text("/p/club/customers/customer?id=c1")

    assert '<html lang="de">' in page.text
    assert "Regeln</h1>" in page.text
    assert "Es gibt keinen Kunden x." in missing.text
    assert "1.450 points" in ledger


def test_a_language_that_nobody_dropped_in_is_english(enter: Callable[[str], Visitor]) -> None:
    visitor = enter("marketer")
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN,tlh;q=0.9"

    page = visitor.get("/p/club/rules/")

    assert '<html lang="en">' in page.text
    assert "Rules</h1>" in page.text
