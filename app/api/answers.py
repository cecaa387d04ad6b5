"""What the API answers with, as JSON has it.

Amounts of a whole unit are integers, of any other exact decimal texts; times are ISO 8601 in UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import dsl
from app.models import Balance, LedgerEntry, RuleVersion
from app.services.customers import Overview
from app.services.decisions import Explained
from app.services.rules import RuleRow
from dsl.meaning.events import Value

Json = dict[str, Any]


def amount(value: int, precision: int) -> int | str:
    """A scaled amount as it is answered."""
    return value if precision == 0 else f"{Decimal(value).scaleb(-precision):f}"


def decision(
    made: dsl.Decision,
    at: dt.datetime,
    explanations: Sequence[dsl.Explanation],
    versions: Mapping[str, int] | None = None,
) -> Json:
    """A decision: what was awarded, which rules gave nothing and why, and every rule's reasons."""
    numbers = versions or {}
    return {
        "event_id": made.event_id,
        "at": moment(at),
        "customer": made.customer,
        "tier": made.tier,
        "awards": [
            {
                "rule": award.rule,
                "rule_version": numbers.get(award.rule),
                "customer": award.customer,
                "unit": award.unit,
                "amount": amount(award.amount, award.precision),
            }
            for award in made.awards
        ],
        "withheld": [
            {"rule": one.rule, "reason": one.reason} for one in made.outcomes if one.reason
        ],
        "why": [{"rule": one.rule, "sentences": list(one.sentences)} for one in explanations],
    }


def recorded(explained: Explained) -> Json:
    """A decision on record, with the versions it rests on."""
    version = explained.version
    held = {one.name: one for one in explained.rule_versions}
    return {
        **decision(
            explained.decision,
            explained.event.at,
            explained.explanations,
            {name: one.number for name, one in held.items()},
        ),
        "type": explained.event.type,
        "late": explained.late,
        "decided_at": moment(explained.decided_at),
        "program_version": None
        if version is None
        else {
            "number": version.number,
            "hash": version.hash,
            "in_force_from": moment(version.in_force_from),
        },
        "rules": [
            {"name": one.name, "id": one.rule_id, "version": one.number, "hash": one.hash}
            for one in explained.rule_versions
        ],
    }


def customer(overview: Overview) -> Json:
    """A customer as of now."""
    own = overview.customer
    return {
        "id": own.external_id,
        "joined": moment(own.joined_at) if own.joined_at else None,
        "tier": overview.tier,
        "balances": balances(overview.balances),
        "attributes": {name: _value(value) for name, value in sorted(overview.attributes.items())},
        "events": overview.events,
        "last_event_at": moment(overview.last_at) if overview.last_at else None,
    }


def balances(held: Iterable[Balance]) -> Json:
    """What is held, by unit."""
    return {one.unit: amount(one.amount, one.precision) for one in held}


def entry(one: LedgerEntry, why: Sequence[str]) -> Json:
    """A line of the ledger."""
    return {
        "id": one.id,
        "at": moment(one.at),
        "recorded_at": moment(one.recorded_at),
        "kind": one.kind,
        "unit": one.unit,
        "amount": amount(one.amount, one.precision),
        "event_id": one.event.event_id,
        "rule": one.rule_name,
        "because": one.because,
        "why": list(why),
    }


def rule(row: RuleRow) -> Json:
    """A rule with where it stands; its text is what is live, else what is being written."""
    live = row.live
    return {
        "id": row.rule.id,
        "name": live.name if live else row.rule.name,
        "status": row.status,
        "version": live.number if live else None,
        "text": live.text if live else row.rule.draft_text,
    }


def rule_version(one: RuleVersion, *, is_live: bool) -> Json:
    """A version of a rule."""
    return {
        "number": one.number,
        "name": one.name,
        "text": one.text,
        "hash": one.hash,
        "author": one.author.name,
        "created_at": moment(one.created_at),
        "live": is_live,
    }


def moment(at: dt.datetime) -> str:
    """An instant in UTC."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _value(value: Value) -> str | bool | list[str]:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, dt.date) else value
