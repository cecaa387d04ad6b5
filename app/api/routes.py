"""The API's routes: who asks is known by a key, which belongs to one program."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus
from typing import TypeVar

from flask import Blueprint, Response, g, jsonify, request
from flask_babel import get_locale, gettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, HTTPException

from app import web
from app.api import answers, problems
from app.api.body import NOT_JSON, read_body
from app.api.openapi import document
from app.api.telling import Teller
from app.models import ApiKey, Program
from app.services import customers, decisions, ingest, keys, ledger, rules
from app.services.errors import ServiceError
from app.services.ingest import Accepted, Receipt, Refused
from dsl.meaning.events import read_time

T = TypeVar("T")
PREFIX = "/api/"
PAGE, PAGE_MOST = 50, 500
# The largest key that a database has.
MOST_ID = (1 << 63) - 1
# The languages that decisions are told in.
TOLD_IN = ("en",)
# Paths whose refusals are read by programs.
FOR_PROGRAMS = (PREFIX, "/healthz", "/readyz")
OPEN = frozenset({"api.openapi"})

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.before_request
def require_key() -> Response | None:
    """Let in whoever has a key; all else is about that key's program."""
    if request.endpoint in OPEN:
        return None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    now = web.now()
    # A session of its own: the request's may be one that writes, which would make others wait.
    with web.reading() as session:
        known = scheme.lower() == "bearer"
        key = keys.identify(session, token.strip()) if known else None
        is_due = key is not None and keys.is_use_due(key, now)
    if key is None:
        detail = gettext("Send a key that is not revoked as Authorization: Bearer tly_…")
        return problems.problem(
            HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"}
        )
    if is_due:
        key_id = key.id
        web.transaction(
            lambda session: keys.note_use(session, session.get_one(ApiKey, key_id), now)
        )
    g.program_id = key.program_id
    return None


@blueprint.errorhandler(ServiceError)
def refuse(error: ServiceError) -> Response:
    """Say what a service refuses."""
    return problems.from_service(error)


@blueprint.errorhandler(HTTPException)
def refuse_http(error: HTTPException) -> Response:
    """Say what the request itself lacks."""
    return problems.from_http(error)


@blueprint.after_app_request
def as_problem(response: Response) -> Response:
    """Say refusals of these paths as problems, those that no route of the API saw included."""
    if (
        response.status_code < HTTPStatus.BAD_REQUEST
        or not request.path.startswith(FOR_PROGRAMS)
        or response.mimetype == problems.MEDIA_TYPE
    ):
        return response
    return problems.from_response(response)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The API's own description."""
    return jsonify(document())


@blueprint.post("/events")
def post_events() -> Response:
    """Record and decide one event, an array of them, or one a line."""
    sent = read_body(request)
    now, program_id, language = web.now(), int(g.program_id), _language()

    def work(session: Session) -> tuple[list[Receipt], list[answers.Json]]:
        program = session.get_one(Program, program_id)
        receipts = ingest.ingest(session, program, sent.values, now=now)
        teller = Teller(session, program, now, language)
        return receipts, [
            _result(receipt, raw, teller)
            for receipt, raw in zip(receipts, sent.values, strict=True)
        ]

    receipts, results = web.transaction(work)
    if sent.is_one:
        return _single(receipts[0], results[0])
    if sent.lines is not None:
        for line, result in zip(sent.lines, results, strict=True):
            result["line"] = line
    accepted = sum(isinstance(one, Accepted) for one in receipts)
    return jsonify(accepted=accepted, refused=len(receipts) - accepted, results=results)


@blueprint.post("/decisions/preview")
def preview_decision() -> Response:
    """Decide one event without writing anything."""
    sent = read_body(request)
    if not sent.is_one:
        raise BadRequest(gettext("Send one event as a JSON object."))
    with web.reading() as session:
        program, now = session.get_one(Program, g.program_id), web.now()
        made = ingest.preview_decision(session, program, sent.values[0], now=now)
        told = Teller(session, program, now, _language()).tell(made, _at(sent.values[0], now))
    return jsonify(told)


@blueprint.get("/decisions/<path:event_id>")
def get_decision(event_id: str) -> Response:
    """A decision on record, with its explanation and the versions it rests on."""
    session = web.session()
    found = decisions.get(session, _program(session), event_id, _language())
    return jsonify(answers.recorded(found))


@blueprint.get("/customers/<path:customer_id>")
def get_customer(customer_id: str) -> Response:
    """A customer as of now."""
    session = web.session()
    program = _program(session)
    customer = customers.get(session, program, customer_id)
    return jsonify(answers.customer(customers.overview(session, program, customer, now=web.now())))


@blueprint.get("/customers/<path:customer_id>/ledger")
def get_ledger(customer_id: str) -> Response:
    """A customer's ledger, the newest line first, by pages."""
    session = web.session()
    customer = customers.get(session, _program(session), customer_id)
    limit = _number("limit", PAGE, PAGE_MOST)
    before = _number("before", None, MOST_ID)
    # One more than is shown says whether there is another page.
    found = ledger.entries(session, customer, limit=limit + 1, before=before)
    page = found[:limit]
    why = decisions.reasons(session, page, _language())
    return jsonify(
        customer=customer.external_id,
        balances=answers.balances(ledger.balances(session, customer)),
        entries=[answers.entry(one, why[one.id]) for one in page],
        next=page[-1].id if len(found) > limit else None,
    )


@blueprint.get("/rules")
def list_rules() -> Response:
    """All rules of the program, with where each stands."""
    session = web.session()
    rows = rules.list_rules(session, _program(session), web.now())
    return jsonify(rules=[answers.rule(row) for row in rows])


@blueprint.get("/rules/<int:rule_id>/versions")
def list_rule_versions(rule_id: int) -> Response:
    """All versions of a rule, the newest first."""
    session = web.session()
    rule = rules.get_rule(session, _program(session), min(rule_id, MOST_ID))
    live = rules.rule_row(session, rule, web.now()).live
    return jsonify(
        rule=rule.name,
        versions=[
            answers.rule_version(one, is_live=live is not None and one.id == live.id)
            for one in rules.rule_versions(session, rule)
        ],
    )


def _program(session: Session) -> Program:
    return session.get_one(Program, g.program_id)


def _language() -> str:
    locale = get_locale()
    return locale.language if locale is not None and locale.language in TOLD_IN else TOLD_IN[0]


def _single(receipt: Receipt, result: answers.Json) -> Response:
    """The answer to one event: its decision, or why it was not taken."""
    if isinstance(receipt, Accepted):
        answer: answers.Json = result["decision"]
        return jsonify(answer)
    status = HTTPStatus(receipt.status)
    codes = {
        HTTPStatus.CONFLICT: ("conflict", gettext("The event was not recorded: its id is taken.")),
        HTTPStatus.UNPROCESSABLE_ENTITY: (
            "invalid-event",
            gettext("The event was not recorded: it is wrong."),
        ),
    }
    code, detail = codes[status]
    return problems.problem(
        status,
        detail,
        code=code,
        problems=result["problems"],
        event_id=receipt.event_id,
    )


def _result(receipt: Receipt, raw: object, teller: Teller) -> answers.Json:
    """What became of one event."""
    result: answers.Json = {"index": receipt.index, "event_id": receipt.event_id}
    if isinstance(receipt, Refused):
        if raw is NOT_JSON:
            listed = [problems.NOT_JSON]
        else:
            listed = [problems.listed_problem(one) for one in receipt.problems]
        return {**result, "status": receipt.status, "problems": listed}
    told = teller.tell(receipt.decision, _at(raw, teller.now))
    told |= {"replayed": receipt.replayed, "late": receipt.late}
    return {**result, "status": int(HTTPStatus.OK), "decision": told}


def _at(raw: object, now: dt.datetime) -> dt.datetime:
    """When an event that was taken says it happened."""
    return read_time(raw["at"] if isinstance(raw, dict) else None) or now


def _number(name: str, default: T, most: int) -> int | T:
    """A whole number of the query, from 1; raises BadRequest."""
    text = request.args.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,18}", text) or not 1 <= int(text) <= most:
        raise BadRequest(
            gettext("%(name)s is a whole number from 1 to %(most)d.", name=name, most=most)
        )
    return int(text)
