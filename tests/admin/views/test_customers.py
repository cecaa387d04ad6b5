"""Customers, their ledgers, and why each line is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.services import ingest
from tests.admin.conftest import Club
from tests.admin.visitor import Visitor, plain
from tests.app.given import NOW, purchase

Enter = Callable[[str], Visitor]
CUSTOMERS, DECISIONS = "/p/club/customers", "/p/club/decisions"


@pytest.fixture
def auditor(enter: Enter) -> Visitor:
    """Somebody who only reads."""
    return enter("auditor")


def test_the_list_has_tiers_and_balances(auditor: Visitor) -> None:
    page = auditor.text(f"{CUSTOMERS}/")

    assert "2 customers" in page
    assert "c1 gold" in page
    assert "1,450 points" in page
    assert "30 points" in page


def test_the_list_is_searched_and_turned_page_by_page(auditor: Visitor, club: Club) -> None:
    many = [purchase(f"m{n}", 5, customer=f"n{n:03}") for n in range(60)]
    ingest.ingest(club.session, club.program, many, now=NOW)
    club.session.commit()

    first = auditor.get(f"{CUSTOMERS}/?q=n")
    second = auditor.text(f"{CUSTOMERS}/?q=n&after=n049")

    assert ("n049" in plain(first), "n050" in plain(first)) == (True, False)
    assert "after=n049" in first.text
    assert ("n050" in second, "n059" in second) == (True, True)
    assert "No customer's id begins with “zz”" in auditor.text(f"{CUSTOMERS}/?q=zz")


def test_a_customer_s_ledger_says_why(auditor: Visitor) -> None:
    page = auditor.text(f"{CUSTOMERS}/customer?id=c1")

    assert "1,450 points" in page
    assert "+250 points Base +250 points: 1 point per 1 spent purchase e2 · why?" in page
    assert "Last decisions" in page


def test_a_long_ledger_is_turned_page_by_page(auditor: Visitor, club: Club) -> None:
    many = [purchase(f"m{n:03}", n + 1) for n in range(60)]
    ingest.ingest(club.session, club.program, many, now=NOW)
    club.session.commit()
    path = f"{CUSTOMERS}/customer?id=c1"

    first = auditor.get(path)
    before = first.text.split("before=")[1].split('"')[0]
    second = auditor.text(f"{path}&before={before}")

    assert "purchase m059" in plain(first)
    assert "purchase m009" not in plain(first).split("Last decisions")[0]
    assert "purchase m009" in second
    assert "purchase e1" in second


@pytest.mark.parametrize("name", ["a/b", "..", "a?b&c=d", "<b>", "ü 🎁", "%41"])
def test_any_id_has_its_pages(auditor: Visitor, club: Club, name: str) -> None:
    ingest.ingest(club.session, club.program, [purchase(name, 5, customer=name)], now=NOW)
    club.session.commit()
    listed = auditor.get(f"{CUSTOMERS}/").text
    link = next(
        part.split('"')[0]
        for part in listed.split('href="')
        if part.startswith(f"{CUSTOMERS}/customer?id=") and "c1" not in part and "c2" not in part
    )

    page = auditor.get(link)

    assert page.status_code == 200
    why = page.text.split('class="why-link" href="')[1].split('"')[0]
    assert "It gave +5 points" in auditor.text(why)


def test_a_decision_is_a_ladder(auditor: Visitor) -> None:
    page = auditor.text(f"{DECISIONS}/?event=e2")

    for part in (
        "purchase e2",
        "It gave +250 points",
        "Tier, just before gold",
        "amount 250",
        "Base paid +250 points: 1 point per 1 spent",
        "In the ledger +250 points Base",
        "Versions and hashes",
    ):
        assert part in page


def test_lines_of_a_receipt_and_late_events_are_shown(auditor: Visitor, club: Club) -> None:
    late = {
        **purchase("late", 12, "2026-11-01T12:00:00+00:00"),
        "items": [{"sku": "A-1", "price": 6, "quantity": 2}],
    }
    ingest.ingest(club.session, club.program, [late], now=NOW)
    club.session.commit()

    page = auditor.text(f"{DECISIONS}/?event=late")

    assert "1 line on the receipt" in page
    assert "A-1" in page
    assert "It came after a later event of the customer" in page


def test_before_anything_was_in_force_nothing_is_explained(auditor: Visitor, club: Club) -> None:
    early = purchase("early", 12, "2020-01-01T12:00:00+00:00")
    ingest.ingest(club.session, club.program, [early], now=NOW)
    club.session.commit()

    page = auditor.text(f"{DECISIONS}/?event=early")

    assert "It gave nothing." in page
    assert "No version of the program was in force at that time" in page
