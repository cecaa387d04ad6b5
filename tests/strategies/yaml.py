"""A drawn case as the YAML file it could stand in, with what an evaluator made of it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from app.services.cases import Actual
from app.services.cases.case import AwardLine, Case


def case_file(case: Case, actual: Actual | None = None) -> str:
    """The text of a case file that holds the case; it expects what `actual` says."""
    lines = [f"- name: {_value(case.name)}"]
    if len(case.versions) == 1 and case.versions[0].starts is None:
        lines += ["  program: |", *_indented(case.versions[0].text, 4)]
    else:
        lines.append("  versions:")
        for version in case.versions:
            starts = f"from: {_value(version.starts)}" if version.starts else "from: null"
            lines += [f"    - {starts}", "      program: |", *_indented(version.text, 8)]
    if case.customers:
        lines.append("  customers:")
    for one in case.customers:
        known = {"id": one.id, "joined": one.joined, "tier": one.tier, **one.given}
        lines.append(f"    - {_value({k: v for k, v in known.items() if v is not None})}")
    for key, value in (("secret", case.secret), ("start", case.start), ("until", case.until)):
        if value:
            lines.append(f"  {key}: {_value(value)}")
    lines += ["  events:", *(f"    - {_value(dict(event))}" for event in case.events)]
    return "\n".join([*lines, *_expected(actual)]) + "\n"


def text_file(name: str, text: str) -> str:
    """The text of a case file whose program is a text, whatever stands in it."""
    program = json.dumps(text)
    return f"- name: {json.dumps(name)}\n  program: {program}\n  events: []\n  expect: {{}}\n"


def _expected(actual: Actual | None) -> list[str]:
    if actual is None:
        return ["  expect: {}"]
    lines = ["  expect:", "    awards:", *(f"      - {_award(award)}" for award in actual.awards)]
    if not actual.awards:
        lines[-1] += " []"
    balances = {
        customer: {unit: amount for unit, amount in units.items() if amount}
        for customer, units in actual.balances.items()
    }
    lines.append(f"    balances: {_value({c: units for c, units in balances.items() if units})}")
    lines.append(f"    tiers: {_value(dict(actual.tiers))}")
    if actual.refusals:
        lines.append("    refusals:")
    for refusal in actual.refusals:
        told = {"event": refusal.event, "rule": refusal.rule, "reason": refusal.reason}
        lines.append(f"      - {_value({k: v for k, v in told.items() if v is not None})}")
    return lines


def _award(award: AwardLine) -> str:
    told = {
        "event": award.event,
        "at": award.at,
        "rule": award.rule,
        "customer": award.customer,
        award.unit: award.value,
        "status": award.status if award.status != "posted" else None,
    }
    return _value({key: value for key, value in told.items() if value is not None})


def _indented(text: str, by: int) -> list[str]:
    return [f"{' ' * by}{line}" for line in text.splitlines()]


def _value(value: Any) -> str:  # noqa: ANN401 - whatever an event holds
    """A value in YAML's flow style: numbers plain, times and texts in quotes."""
    match value:
        case dict():
            return f"{{{', '.join(f'{key}: {_value(one)}' for key, one in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case bool() | None:
            return json.dumps(value)
        case Decimal():
            return f"{value:f}"
        case int():
            return str(value)
        case dt.datetime():
            return f'"{value.isoformat()}"'
        case _:
            return json.dumps(value, ensure_ascii=False)
