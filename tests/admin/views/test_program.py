"""A program's declarations, versions and history, and the making of programs."""

from __future__ import annotations

from collections.abc import Callable

from app.services import programs
from tests.admin.conftest import Club
from tests.admin.visitor import Visitor
from tests.app.given import HEAD, NOW

Enter = Callable[[str], Visitor]
PROGRAM = "/p/club/program"
WITH_SILVER = HEAD.replace("tier gold", "tier silver: 100 spent in last 12 months\ntier gold")


def test_everybody_reads_what_is_declared_and_loaded(enter: Enter) -> None:
    page = enter("auditor").text(f"{PROGRAM}/")

    assert "tier gold: 1000 spent in last 12 months" in page
    assert "History loaded 3 events" in page
    assert "1 rule" in page
    assert "Save" not in page


def test_declarations_are_checked_with_the_rules_in_force(enter: Enter) -> None:
    admin = enter("admin")

    good = admin.ask(f"{PROGRAM}/check", text=WITH_SILVER).json
    bad = admin.ask(f"{PROGRAM}/check", text='program "Club" timezone "Europe/Pariss"').json
    laid_out = admin.ask(f"{PROGRAM}/format", text='program   "Club"').json
    offered = admin.ask(f"{PROGRAM}/complete", text="tie", offset=3).json

    assert good == {"diagnostics": [], "elsewhere": False}
    assert bad is not None
    assert [one["code"] for one in bad["diagnostics"]] == ["unknown-timezone"]
    assert laid_out == {"text": 'program "Club"\n'}
    assert offered is not None
    assert "tier" in [one["label"] for one in offered["completions"]]


def test_one_saves_declarations_and_another_publishes_them(enter: Enter, club: Club) -> None:
    admin, approver = enter("admin"), enter("approver")

    saved = admin.ask(f"{PROGRAM}/save", text=WITH_SILVER)
    own = admin.post(f"{PROGRAM}/publish", note="mine")
    refused = admin.text(f"{PROGRAM}/")
    waiting = approver.text(f"{PROGRAM}/")
    done = approver.post(f"{PROGRAM}/publish", note="more tiers")
    after = approver.text(f"{PROGRAM}/")

    assert (saved.status_code, saved.json) == (200, {"url": f"{PROGRAM}/"})
    assert own.status_code == 302
    assert "Somebody else than who wrote them publishes declarations." in refused
    assert "Saved, not live yet." in waiting
    assert done.status_code == 302
    assert "more tiers" in after
    latest = programs.latest_version(club.session, club.program)
    assert latest is not None
    assert latest.declarations.text == WITH_SILVER


def test_declarations_that_do_not_check_are_not_saved(enter: Enter) -> None:
    admin = enter("admin")

    wrong = admin.ask(f"{PROGRAM}/save", text="tier gold:")
    same = admin.ask(f"{PROGRAM}/save", text=HEAD)

    assert (wrong.status_code, wrong.json) == (409, {"detail": "The program does not check."})
    assert (same.status_code, same.json) == (
        409,
        {"detail": "Nothing has changed since it was last saved."},
    )


def test_programs_are_started_under_names_of_their_own(enter: Enter, club: Club) -> None:
    admin = enter("admin")

    made = admin.post("/programs/new", name="Café Über")
    taken = admin.post("/programs/new", name="Club")
    nameless = admin.post("/programs/new", name="")

    assert made.location == "/p/cafe-uber/program/"
    assert "Café Über" in admin.text("/programs/")
    assert "There is already a program named Club." in taken.text
    assert "Please fill this in." in nameless.text
    assert len(programs.list_programs(club.session)) == 2


def test_the_first_page_is_that_of_the_first_program(enter: Enter) -> None:
    assert enter("marketer").get("/").location == "/p/club/rules/"


def test_times_are_those_of_the_program_s_zone(enter: Enter, club: Club) -> None:
    zoned = HEAD.replace('"Club"', '"Club" timezone "Asia/Tokyo"')
    admin, approver = enter("admin"), enter("approver")
    assert admin.ask(f"{PROGRAM}/save", text=zoned).status_code == 200
    approver.post(f"{PROGRAM}/publish", note="")

    assert "21 Nov 2026, 21:00" in approver.text(f"{PROGRAM}/")
    assert NOW.hour == 12
    assert club.program.slug == "club"
