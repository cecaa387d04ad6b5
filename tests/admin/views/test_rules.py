"""The rules at a glance, and each one's page: what may be done with it, and what it says then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from app.services import approvals, rules
from tests.admin.conftest import Club
from tests.admin.visitor import Visitor, plain
from tests.app.given import NOW

Enter = Callable[[str], Visitor]
RULES = "/p/club/rules"


def _status(club: Club) -> str:
    """Where the first rule stands."""
    rule = club.fresh(rules.get_rule(club.session, club.program, 1))
    # What was done a moment after NOW is in force by then.
    status = rules.rule_row(club.session, rule, NOW + dt.timedelta(hours=1)).status
    club.session.commit()
    return status


def _second_version(club: Club) -> None:
    """Version 2 of the first rule is live."""
    rule = rules.get_rule(club.session, club.program, 1)
    text = "on purchase award 2 points per 1 spent"
    rules.save_draft(club.session, rule, text, 1, actor=club["marketer"], now=NOW)
    asked = approvals.submit(club.session, rule, "", actor=club["marketer"], now=NOW)
    approvals.approve(club.session, asked, "", actor=club["approver"], now=NOW)
    approvals.publish(club.session, asked.rule_version, actor=club["approver"], now=NOW)
    club.session.commit()


def test_the_list_has_each_sentence_and_where_it_stands(enter: Enter, club: Club) -> None:
    draft = "on purchase # not done\nwhere amount > 5"
    rules.create_rule(club.session, club.program, "Half", draft, actor=club["marketer"], now=NOW)
    club.session.commit()

    page = enter("auditor").text(f"{RULES}/")

    assert "Base Live approver put live" in page
    assert "on purchase award 1 point per 1 spent" in page
    assert "Half Draft marketer started the rule" in page
    assert "on purchase where amount > 5" in page


def test_the_list_is_narrowed_by_status(enter: Enter, club: Club) -> None:
    rules.create_rule(club.session, club.program, "Half", "", actor=club["marketer"], now=NOW)
    club.session.commit()
    visitor = enter("marketer")

    drafts, live = visitor.text(f"{RULES}/?status=draft"), visitor.text(f"{RULES}/?status=live")

    assert ("Half" in drafts, "Base" in drafts) == (True, False)
    assert ("Half" in live, "Base" in live) == (False, True)
    assert "No rule stands there" in visitor.text(f"{RULES}/?status=paused")


def test_an_empty_program_says_what_will_stand_there(enter: Enter) -> None:
    admin = enter("admin")
    admin.post("/programs/new", name="Empty")

    assert "A rule is a sentence that says when points are earned" in admin.text("/p/empty/rules/")
    assert "Nothing waits" in admin.text("/p/empty/approvals/")
    assert "No customers yet" in admin.text("/p/empty/customers/")
    assert "Nothing published yet" in admin.text("/p/empty/program/")


def test_a_rule_is_paused_resumed_and_retired_with_reasons(enter: Enter, club: Club) -> None:
    approver = enter("approver")
    steps = [
        ("pause", "paused", "The rule is paused."),
        ("resume", "live", "The rule is live again."),
        ("retire", "retired", "The rule is retired."),
    ]

    for action, status, said in steps:
        answer = approver.post(f"{RULES}/1/{action}", note=f"why we {action}")
        assert answer.status_code == 302
        assert _status(club) == status
        assert said in approver.text(f"{RULES}/1/")

    history = approver.text(f"{RULES}/1/")
    assert all(f"why we {action}" in history for action, _status, _said in steps)
    assert "Edit" not in approver.text(f"{RULES}/1/")


@pytest.mark.parametrize("action", ["pause", "retire"])
def test_nothing_is_done_without_a_reason(enter: Enter, club: Club, action: str) -> None:
    approver = enter("approver")

    approver.post(f"{RULES}/1/{action}", note="")

    assert _status(club) == "live"
    assert "Say why." in approver.text(f"{RULES}/1/")


def test_what_the_record_does_not_allow_is_said(enter: Enter, club: Club) -> None:
    approver = enter("approver")

    approver.post(f"{RULES}/1/resume", note="it is not even paused")

    assert _status(club) == "live"
    assert "Base is not paused." in approver.text(f"{RULES}/1/")


def test_an_approved_version_is_published_once(enter: Enter, club: Club) -> None:
    rule = rules.create_rule(
        club.session,
        club.program,
        "Five",
        "on purchase award 5 points",
        actor=club["marketer"],
        now=NOW,
    )
    asked = approvals.submit(club.session, rule, "", actor=club["marketer"], now=NOW)
    approvals.approve(club.session, asked, "", actor=club["approver"], now=NOW)
    club.session.commit()
    approver = enter("approver")
    assert "Version 1 is approved and can be published." in approver.text(f"{RULES}/{rule.id}/")

    approver.post(f"{RULES}/{rule.id}/publish", note="at last")
    first = approver.text(f"{RULES}/{rule.id}/")
    approver.post(f"{RULES}/{rule.id}/publish", note="")
    second = approver.text(f"{RULES}/{rule.id}/")

    assert ("The rule is live." in first, "at last" in first) == (True, True)
    assert "No approved version waits to be published." in second


def test_a_rule_goes_back_to_an_earlier_version(enter: Enter, club: Club) -> None:
    _second_version(club)
    approver = enter("approver")
    assert "Live: version 2" in approver.text(f"{RULES}/1/")

    approver.post(f"{RULES}/1/roll-back", version=1, note="too dear")

    page = approver.text(f"{RULES}/1/")
    assert "Version 1 is live again." in page
    assert "Live: version 1" in page
    assert "rolled back · version 1" in page
    assert "too dear" in page


@pytest.mark.parametrize("version", ["2", "999", "x", "99999999999999999999"])
def test_a_version_that_is_none_is_not_gone_back_to(enter: Enter, club: Club, version: str) -> None:
    approver = enter("approver")

    approver.post(f"{RULES}/1/roll-back", version=version, note="why not")

    assert "Live: version 1" in approver.text(f"{RULES}/1/")
    assert _status(club) == "live"


def test_versions_are_told_apart_word_by_word(enter: Enter, club: Club) -> None:
    _second_version(club)

    page = enter("auditor").get(f"{RULES}/1/").text

    assert "award <del>1</del><ins>2</ins> <del>point</del><ins>points</ins> per" in page


def test_a_marketer_finds_no_button_that_is_not_theirs(enter: Enter) -> None:
    page = plain(enter("marketer").get(f"{RULES}/1/"))

    assert "Edit" in page
    assert not any(word in page for word in ("Pause", "Retire", "Roll back"))


def test_what_people_write_is_never_markup(enter: Enter, club: Club) -> None:
    name, text = "<script>alert(1)</script>", 'on purchase # <img src=x onerror="alert(2)">'
    rule = rules.create_rule(
        club.session, club.program, name, text, actor=club["marketer"], now=NOW
    )
    club.session.commit()
    visitor = enter("marketer")

    for path in (f"{RULES}/", f"{RULES}/{rule.id}/", f"/p/club/studio/{rule.id}/"):
        page = visitor.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
