"""Events come in over HTTP, one or many, once each."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.factory import BODY_MOST
from app.models import Event
from tests.app.given import purchase

EVENTS = "/api/v1/events"
GOLD = purchase("e0", 1000, "2026-11-01T10:00:00+00:00")


def post_text(client: FlaskClient, text: str | bytes, media: str) -> TestResponse:
    return client.post(EVENTS, data=text, content_type=media)


def awards(decision: dict[str, Any]) -> dict[str, object]:
    return {one["rule"]: one["amount"] for one in decision["awards"]}


def recorded(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Event)).one()


def test_a_purchase_of_a_gold_customer_earns_base_and_doubled_points(client: FlaskClient) -> None:
    client.post(EVENTS, json=GOLD)
    answer = client.post(EVENTS, json=purchase("e1", 250))
    assert answer.status_code == 200
    assert answer.json is not None
    assert awards(answer.json) == {"Base": 250, "Gold double": 250}
    assert answer.json["tier"] == "gold"
    assert answer.json["withheld"] == []
    assert answer.json["why"][1] == {
        "rule": "Gold double",
        "sentences": ["+250 points: `2x points to gold` on a base of 250 points"],
    }


def test_a_rule_that_gives_nothing_says_why(client: FlaskClient) -> None:
    answer = client.post(EVENTS, json=purchase("e1", 250)).json
    assert answer is not None
    assert answer["withheld"] == [{"rule": "Gold double", "reason": "audience"}]
    assert answer["why"][1]["sentences"] == [
        "only for customers in tier gold; the customer has no tier"
    ]


@pytest.mark.parametrize("amount", [250, "250", "250.00", "250.0000"])
def test_the_same_content_again_is_answered_with_the_first_decision(
    client: FlaskClient, session: Session, amount: object
) -> None:
    first = client.post(EVENTS, json=purchase("e1", 250)).json
    again = client.post(EVENTS, json=purchase("e1", amount))
    assert again.status_code == 200
    assert again.json == {**(first or {}), "replayed": True}
    assert recorded(session) == 1


def test_an_id_with_other_content_is_refused(client: FlaskClient, session: Session) -> None:
    client.post(EVENTS, json=purchase("e1", 250))
    answer = client.post(EVENTS, json=purchase("e1", 251))
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert (answer.json["code"], answer.json["event_id"]) == ("conflict", "e1")
    assert recorded(session) == 1


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"amount": "a lot"}, ["amount"]),
        ({"amount": "1.00001"}, ["amount"]),
        ({"amout": 3}, ["amout"]),
        ({"at": "2026-11-22T10:00:00"}, ["at"]),
        ({"type": "purchases", "customer": ""}, ["customer", "type"]),
        ({"items": [{"price": 1}, {"price": "x"}]}, ["items[1].price"]),
        ({"customer": None}, ["customer"]),
    ],
)
def test_a_wrong_event_is_refused_with_its_fields_named(
    client: FlaskClient, session: Session, wrong: dict[str, object], fields: list[str]
) -> None:
    answer = client.post(EVENTS, json={**purchase("e1", 250), **wrong})
    assert answer.status_code == 422
    assert answer.json is not None
    assert sorted(one["field"] for one in answer.json["problems"]) == fields
    assert all(one["message"] for one in answer.json["problems"])
    assert recorded(session) == 0


def test_of_an_array_the_good_go_in_and_the_bad_are_listed(
    client: FlaskClient, session: Session
) -> None:
    client.post(EVENTS, json=purchase("e1", 250))
    sent: list[object] = [
        purchase("e2", 10),
        purchase("e3", "x"),
        purchase("e1", 251),
        purchase("e1", 250),
        "no event",
    ]
    answer = client.post(EVENTS, json=sent)
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["accepted"], answer.json["refused"]) == (2, 3)
    statuses = [(one["index"], one["status"]) for one in answer.json["results"]]
    assert statuses == [(0, 200), (1, 422), (2, 409), (3, 200), (4, 422)]
    assert [one.get("decision", {}).get("replayed") for one in answer.json["results"]] == [
        False,
        None,
        None,
        True,
        None,
    ]
    assert recorded(session) == 2


def test_lines_are_answered_with_their_numbers(client: FlaskClient, session: Session) -> None:
    lines = [json.dumps(purchase("e1", 1)), "", "nonsense", '{"id": "e2", "id": "e3"}', "7"]
    answer = post_text(client, "\n".join(lines), "application/x-ndjson").json
    assert answer is not None
    assert [(one["line"], one["status"]) for one in answer["results"]] == [
        (1, 200),
        (3, 422),
        (4, 422),
        (5, 422),
    ]
    assert answer["results"][1]["problems"][0]["code"] == "not-json"
    assert recorded(session) == 1


def test_an_empty_array_is_answered_with_nothing(client: FlaskClient) -> None:
    assert client.post(EVENTS, json=[]).json == {"accepted": 0, "refused": 0, "results": []}


def test_amounts_are_read_exactly(client: FlaskClient) -> None:
    text = json.dumps(purchase("e1", 0)).replace(": 0}", ": 0.1000}")
    assert post_text(client, text, "application/json").status_code == 200
    again = client.post(EVENTS, json=purchase("e1", "0.1")).json
    assert again is not None
    assert again["replayed"]


@pytest.mark.parametrize(
    ("text", "media", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"id": "a", "id": "b"}', "application/json", 400),
        (b'{"id": NaN}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"id=e1", "application/x-www-form-urlencoded", 415),
        (b"", "", 415),
        (b"[" + b" " * 8_400_000 + b"]", "application/json", 413),
    ],
)
def test_what_is_no_json_is_refused(
    client: FlaskClient, session: Session, text: bytes, media: str, status: int
) -> None:
    answer = post_text(client, text, media)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert recorded(session) == 0


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1e9999999999999999999", "too-large"),
        ("-1e9999999999999999999", "too-large"),
        ("1e-9999999999999999999", "too-many-decimals"),
        ("9" * 5_000, "too-large"),
    ],
)
def test_a_number_beyond_every_measure_is_a_wrong_field(
    client: FlaskClient, number: str, code: str
) -> None:
    wrong = json.dumps(purchase("e1", 0)).replace(": 0}", f": {number}}}")
    answer = post_text(client, wrong, "application/json")
    assert answer.status_code == 422
    assert answer.json is not None
    assert [(one["field"], one["code"]) for one in answer.json["problems"]] == [("amount", code)]
    lines = post_text(client, f"{wrong}\n{json.dumps(purchase('e2', 1))}", "application/x-ndjson")
    assert lines.json is not None
    assert [one["status"] for one in lines.json["results"]] == [422, 200]


def test_a_body_of_no_stated_length_is_whole_or_refused(
    client: FlaskClient, session: Session
) -> None:
    line = json.dumps(purchase("e1", 1)).encode() + b"\n"

    def send(data: bytes) -> TestResponse:
        return client.post(
            EVENTS,
            input_stream=io.BytesIO(data),
            content_type="application/x-ndjson",
            environ_overrides={"wsgi.input_terminated": True},
        )

    assert send(line + b"\n" * BODY_MOST).status_code == 413
    assert send(line.replace(b"e1", b"e2")).status_code == 200
    assert session.scalars(select(Event.event_id)).all() == ["e2"]


@pytest.mark.parametrize("odd", ["\ud800", "a\0b", "x" * 300])
def test_texts_that_no_database_holds_are_refused(
    client: FlaskClient, session: Session, odd: str
) -> None:
    for name in ("id", "customer", "type", "store", "at"):
        answer = post_text(client, json.dumps({**purchase("e1", 1), name: odd}), "application/json")
        if name == "store" and len(odd) > 1:
            continue
        assert answer.status_code == 422, name
    assert recorded(session) <= 1


def test_a_preview_writes_nothing(client: FlaskClient, session: Session) -> None:
    client.post(EVENTS, json=GOLD)
    answer = client.post("/api/v1/decisions/preview", json=purchase("e1", 250))
    assert answer.status_code == 200
    assert answer.json is not None
    assert awards(answer.json) == {"Base": 250, "Gold double": 250}
    assert recorded(session) == 1
    wrong = client.post("/api/v1/decisions/preview", json=purchase("e1", "x"))
    assert wrong.status_code == 422
    assert client.post("/api/v1/decisions/preview", json=[]).status_code == 400
