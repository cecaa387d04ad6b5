"""The queue and the packet: who decides on what, and what is kept where they cannot."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.models import Approval
from app.services import approvals, rules
from tests.admin.conftest import Club
from tests.admin.visitor import Visitor
from tests.app.given import DOUBLE, NOW

Enter = Callable[[str], Visitor]
APPROVALS = "/p/club/approvals"


@pytest.fixture
def asked(club: Club) -> Approval:
    """A rule of the marketer's waits."""
    name, text = DOUBLE
    rule = rules.create_rule(
        club.session, club.program, name, text, actor=club["marketer"], now=NOW
    )
    found = approvals.submit(
        club.session, rule, "For the holidays.", actor=club["marketer"], now=NOW
    )
    club.session.commit()
    return found


def test_the_queue_has_what_waits_and_the_menu_its_number(enter: Enter, asked: Approval) -> None:
    page = enter("approver").text(f"{APPROVALS}/")

    assert "Approvals1" in page
    assert f"{asked.rule_version.name} version 1 marketer asked for approval" in page
    assert "For the holidays." in page
    assert "Approvals1" not in enter("marketer").text(f"{APPROVALS}/")


def test_the_packet_says_all_there_is_to_decide_on(enter: Enter, asked: Approval) -> None:
    page = enter("approver").text(f"{APPROVALS}/{asked.id}/")

    for part in (
        "Submitted by Mmarketer",
        "For the holidays.",
        asked.rule_version.hash[:10],
        asked.rule_version.text,
        "When a customer",
        "Nothing of this rule is live, so all of it is new.",
        "No problems, together with everything that is live.",
        "Approve and publish",
    ):
        assert part in page


@pytest.mark.parametrize(
    ("role", "why"),
    [
        ("marketer", "You wrote or submitted this version, so somebody else decides on it."),
        ("auditor", "Somebody with the role of approver decides on it"),
    ],
)
def test_others_see_the_same_packet_without_the_button(
    enter: Enter, asked: Approval, role: str, why: str
) -> None:
    page = enter(role).text(f"{APPROVALS}/{asked.id}/")

    assert why in page
    assert "Approve and publish" not in page


def test_approving_puts_it_live(enter: Enter, asked: Approval, club: Club) -> None:
    approver = enter("approver")

    answer = approver.post(
        f"{APPROVALS}/{asked.id}/decide", decision="approve", note="Within the budget."
    )

    assert answer.location == f"/p/club/rules/{asked.rule_version.rule_id}/"
    page = approver.text(answer.location)
    assert "Gold double is live from now on." in page
    assert "Gold double Live" in page
    assert "Within the budget." in page
    assert club.fresh(asked).decision == "approved"


def test_sending_back_takes_a_comment(enter: Enter, asked: Approval, club: Club) -> None:
    approver = enter("approver")

    without = approver.post(f"{APPROVALS}/{asked.id}/decide", decision="reject", note=" ")
    with_one = approver.post(f"{APPROVALS}/{asked.id}/decide", decision="reject", note="Too dear.")

    assert without.status_code == 200
    assert "Say what should be different." in without.text
    assert with_one.status_code == 302
    club.fresh(asked)
    assert (asked.decision, asked.comment) == ("rejected", "Too dear.")
    assert "Sent back" in approver.text(f"{APPROVALS}/{asked.id}/")


def test_what_was_decided_meanwhile_stays_as_it_was(
    enter: Enter, asked: Approval, club: Club
) -> None:
    approver = enter("approver")
    approvals.reject(club.session, asked, "No.", actor=club["admin"], now=NOW)
    club.session.commit()

    answer = approver.post(
        f"{APPROVALS}/{asked.id}/decide", decision="approve", note="A fine rule, I think."
    )

    assert "This has been decided already." in answer.text
    assert club.fresh(asked).comment == "No."


def test_who_submitted_it_cannot_decide_whatever_their_role(enter: Enter, club: Club) -> None:
    name, text = DOUBLE
    rule = rules.create_rule(club.session, club.program, name, text, actor=club["admin"], now=NOW)
    own = approvals.submit(club.session, rule, "", actor=club["admin"], now=NOW)
    club.session.commit()

    answer = enter("admin").post(f"{APPROVALS}/{own.id}/decide", decision="approve", note="Mine!")

    assert "Somebody else than who wrote or submitted a version decides on it." in answer.text
    assert club.fresh(own).decision is None


def test_a_program_has_its_own_packets_only(enter: Enter, asked: Approval) -> None:
    admin = enter("admin")
    admin.post("/programs/new", name="Other")

    assert admin.get(f"/p/other/approvals/{asked.id}/").status_code == 404
