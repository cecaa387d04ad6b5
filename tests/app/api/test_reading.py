"""What is on record is read over HTTP: decisions, customers, their ledger, rules."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import User
from app.services import keys, programs
from tests.app.given import NOW, purchase

API = "/api/v1"


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """A system that has sent what makes a customer gold, and a purchase after that."""
    events = [
        purchase("e0", 1000, "2026-11-01T10:00:00+00:00"),
        purchase("e1", 250),
        purchase("e2", 5, "2026-11-22T11:00:00+00:00"),
    ]
    answer = client.post(f"{API}/events", json=events).json
    assert answer is not None
    assert answer["accepted"] == 3
    return client


def test_a_decision_names_what_it_rests_on(client: FlaskClient) -> None:
    answer = client.get(f"{API}/decisions/e1").json
    assert answer is not None
    assert [one["amount"] for one in answer["awards"]] == [250, 250]
    assert answer["program_version"]["number"] == 1
    assert [(one["name"], one["version"]) for one in answer["rules"]] == [
        ("Base", 1),
        ("Gold double", 1),
    ]
    assert (answer["type"], answer["late"], answer["at"]) == (
        "purchase",
        False,
        "2026-11-22T10:00:00Z",
    )


def test_a_customer_has_tier_and_balances(client: FlaskClient) -> None:
    assert client.get(f"{API}/customers/c1").json == {
        "id": "c1",
        "joined": "2026-11-01T10:00:00Z",
        "tier": "gold",
        "balances": {"points": 1505},
        "attributes": {},
        "events": 3,
        "last_event_at": "2026-11-22T11:00:00Z",
    }


def test_a_ledger_comes_in_pages_with_reasons(client: FlaskClient) -> None:
    lines, before, pages = [], "", 0
    while True:
        answer = client.get(f"{API}/customers/c1/ledger?limit=3{before}").json
        assert answer is not None
        lines += answer["entries"]
        pages += 1
        if answer["next"] is None:
            break
        before = f"&before={answer['next']}"
    assert pages == 2
    assert [(one["event_id"], one["rule"], one["amount"]) for one in lines] == [
        ("e2", "Base", 5),
        ("e1", "Gold double", 250),
        ("e1", "Base", 250),
        ("e0", "Base", 1000),
    ]
    assert lines[1]["why"] == ["+250 points: `2x points to gold` on a base of 250 points"]
    assert answer["balances"] == {"points": sum(one["amount"] for one in lines)}


def test_rules_are_listed_with_their_versions(client: FlaskClient) -> None:
    listed = client.get(f"{API}/rules").json
    assert listed is not None
    assert [(one["name"], one["status"], one["version"]) for one in listed["rules"]] == [
        ("Base", "live", 1),
        ("Gold double", "live", 1),
    ]
    versions = client.get(f"{API}/rules/{listed['rules'][1]['id']}/versions").json
    assert versions is not None
    assert versions["rule"] == "Gold double"
    assert [(one["number"], one["live"], one["author"]) for one in versions["versions"]] == [
        (1, True, "mara")
    ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("decisions/nowhere", 404),
        ("customers/nobody", 404),
        ("customers/nobody/ledger", 404),
        ("rules/0/versions", 404),
        ("rules/99999999999999999999999/versions", 404),
        ("rules/one/versions", 404),
        ("customers/c1/ledger?limit=0", 400),
        ("customers/c1/ledger?limit=501", 400),
        ("customers/c1/ledger?limit=٣", 400),
        ("customers/c1/ledger?before=x", 400),
        ("customers/c1/ledger?before=99999999999999999999", 400),
        ("nothing", 404),
        ("customers/%00", 404),
        ("decisions/%ED%A0%80", 404),
    ],
)
def test_what_is_not_there_is_a_problem(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(f"{API}/{path}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_method_that_is_not_taken_is_a_problem(client: FlaskClient) -> None:
    answer = client.delete(f"{API}/rules")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer tly_00000000_x", "Basic eDp5", "Bearer é"])
def test_without_a_valid_key_nothing_is_told(anonymous: FlaskClient, given: str) -> None:
    answer = anonymous.get(f"{API}/rules", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_is_none(anonymous: FlaskClient, session: Session, token: str) -> None:
    key = keys.identify(session, token)
    assert key is not None
    keys.revoke(session, key, now=NOW)
    session.commit()
    headers = {"Authorization": f"Bearer {token}"}
    assert anonymous.get(f"{API}/rules", headers=headers).status_code == 401


def test_a_key_reaches_its_own_program_alone(
    client: FlaskClient, session: Session, admin: User
) -> None:
    other = programs.create_program(session, "Tea Club", actor=admin, now=NOW)
    _, token = keys.create_key(session, other, "Till", actor=admin, now=NOW)
    session.commit()
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("customers/c1", "decisions/e1", "rules/1/versions"):
        assert client.get(f"{API}/{path}", headers=headers).status_code == 404
    assert client.get(f"{API}/rules", headers=headers).json == {"rules": []}


def test_the_use_of_a_key_is_written_down(
    client: FlaskClient, session: Session, token: str
) -> None:
    assert client.get(f"{API}/rules").status_code == 200
    key = keys.identify(session, token)
    assert key is not None
    assert key.last_used_at == NOW
