"""A preview as its page draws it, and as it is sent: line by line, while it is worked out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from queue import Queue
from threading import Event, Thread
from typing import Any

from flask import Flask, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session, sessionmaker

from admin.formatters import (
    count,
    day,
    decimal,
    direction,
    exact,
    minute,
    short_day,
    signed_decimal,
)
from admin.lazy import lazy_gettext
from app.models import Program, Rule
from app.services.dry_runs.previews import Draft, Preview, Previews, SampleDecision
from app.services.errors import Invalid
from app.services.figures import Figures
from dsl import Award

STRINGS = {
    "live": lazy_gettext("live"),
    "draft": lazy_gettext("with this rule"),
    "change": lazy_gettext("difference"),
    "per_day": lazy_gettext("%(unit)s per day"),
    "samples": lazy_gettext("Decisions, the latest first"),
    "no_history": lazy_gettext("There is no history to look at yet"),
    "no_history_help": lazy_gettext(
        "As soon as events are sent or imported, what this rule would have done stands here."
    ),
    "offline": lazy_gettext("The server does not answer; what you typed stays here"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which draft a preview is asked of, by ids that another thread can look up."""

    program_id: int
    rule_id: int | None
    name: str
    text: str
    language: str


class _LeftError(Exception):
    """Whoever asked has gone on typing."""


def stream(app: Flask, asked: Asked, now: dt.datetime) -> Iterator[str]:
    """Lines of JSON: `progress` now and then, and at the end `preview` or `problems`.

    The work is in a thread of its own and ends soon after nobody listens any more.
    """
    lines: Queue[dict[str, Any] | BaseException] = Queue()
    left = Event()

    def progress(done: int, whole: int) -> None:
        if left.is_set():
            raise _LeftError
        lines.put({"progress": [done, whole]})

    def work() -> None:
        sessions: sessionmaker[Session] = app.extensions["reading_sessions"]
        previews: Previews = app.extensions["previews"]
        try:
            with sessions() as session:
                program = session.get_one(Program, asked.program_id)
                rule = session.get(Rule, asked.rule_id) if asked.rule_id is not None else None
                found = previews.preview(
                    session,
                    program,
                    Draft(rule, asked.name, asked.text),
                    now=now,
                    progress=progress,
                    language=asked.language,
                )
            lines.put({"preview": found})
        except _LeftError:
            lines.put({})
        except Invalid as error:
            lines.put({"problems": error.problems})
        # Whatever it is, the thread that answers the request raises it.
        except BaseException as error:  # noqa: BLE001
            lines.put(error)

    Thread(target=work, daemon=True).start()
    try:
        while True:
            line = lines.get()
            if isinstance(line, BaseException):
                raise line
            yield json.dumps(_shown(line)) + "\n"
            if "progress" not in line:
                return
    finally:
        left.set()


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    if "preview" in line:
        return {"preview": preview_fields(line["preview"])}
    if "problems" in line:
        return {"problem": gettext("The rule has errors.")}
    return line


def preview_fields(preview: Preview) -> dict[str, Any]:
    """The preview with its figures written for people."""
    unit = preview.units[0] if preview.units else "points"
    nothing = Decimal(0)
    days = [(one.live.get(unit, nothing), one.draft.get(unit, nothing)) for one in preview.days]
    return {
        "events": preview.events,
        "note": _note(preview),
        "figures": [
            _figure(
                "customers", gettext("Customers"), preview.live.customers, preview.draft.customers
            ),
            _figure("awards", gettext("Awards"), preview.live.awards, preview.draft.awards),
            *(
                _figure(one, _named(one), _units(preview.live, one), _units(preview.draft, one))
                for one in preview.units or [unit]
            ),
        ],
        "own": _own(preview),
        "series": {
            "unit": _named(unit),
            "days": [short_day(one.date) for one in preview.days],
            "live": [str(old) for old, _ in days],
            "draft": [str(new) for _, new in days],
            "change": [str(new - old) for old, new in days],
        },
        "samples": [_sample(one) for one in preview.samples],
    }


def _note(preview: Preview) -> str:
    events = ngettext(
        "%(shown)s event", "%(shown)s events", preview.events, shown=count(preview.events)
    )
    seconds = gettext("%(seconds)s s", seconds=decimal(Decimal(f"{preview.seconds:.2f}")))
    return f"{day(preview.since)} – {day(preview.until)} · {events} · {seconds}"


def _units(figures: Figures, unit: str) -> Decimal:
    return figures.units.get(unit, Decimal(0))


def _figure(key: str, label: str, before: Decimal | int, after: Decimal | int) -> dict[str, str]:
    """A figure under what is live and with the draft, and how it changes."""
    old, new = Decimal(before), Decimal(after)
    return {
        "key": key,
        "label": label,
        "before": decimal(old),
        "after": decimal(new),
        "change": signed_decimal(new - old) if new != old else gettext("no change"),
        "direction": direction(new - old),
    }


def _own(preview: Preview) -> str:
    """What the rule itself gives, and to whom it makes a difference."""
    own = preview.rule
    if not own.awards:
        return gettext("In these days the rule pays nobody.")
    what = ", ".join(
        f"{decimal(amount)} {_named(unit, amount)}" for unit, amount in own.units.items()
    )
    said = gettext(
        "By itself the rule pays %(what)s in %(awards)s to %(customers)s.",
        what=what,
        awards=ngettext("%(shown)s award", "%(shown)s awards", own.awards, shown=count(own.awards)),
        customers=_customers(own.customers),
    )
    if preview.losing:
        moved = gettext(
            "More goes to %(gaining)s, less to %(losing)s.",
            gaining=_customers(preview.gaining),
            losing=_customers(preview.losing),
        )
    elif preview.gaining:
        moved = gettext(
            "More goes to %(gaining)s, less to nobody.", gaining=_customers(preview.gaining)
        )
    else:
        moved = gettext("That changes nothing for anybody.")
    return f"{said} {moved}"


def _customers(number: int) -> str:
    return ngettext("%(shown)s customer", "%(shown)s customers", number, shown=count(number))


def _sample(one: SampleDecision) -> dict[str, Any]:
    return {
        "paid": one.paid,
        "customer": one.customer,
        "customer_url": url_for("customers.customer", id=one.customer),
        "url": url_for("decisions.index", event=one.event_id),
        "when": minute(one.at),
        "exact": exact(one.at),
        "total": _total(one.awards),
        "sentences": [
            {"rule": explanation.rule, "text": sentence}
            for explanation in one.explanations
            for sentence in explanation.sentences
        ],
    }


def _total(awards: Iterable[Award]) -> str:
    totals: dict[str, Decimal] = {}
    for award in awards:
        totals[award.unit] = totals.get(award.unit, Decimal(0)) + _exact(award)
    said = (f"{signed_decimal(sum_)} {_named(unit, sum_)}" for unit, sum_ in totals.items())
    return ", ".join(said) or "0"


def _named(unit: str, amount: Decimal | None = None) -> str:
    """What an amount is of: a unit as it is declared, things as their number asks for."""
    number = 2 if amount is None else int(abs(amount))
    things = {
        "badge": ngettext("badge", "badges", number),
        "coupon": ngettext("coupon", "coupons", number),
        "gift": ngettext("gift", "gifts", number),
        "message": ngettext("message", "messages", number),
        "perk": ngettext("perk", "perks", number),
        "tier": ngettext("tier", "tiers", number),
    }
    return things.get(unit, unit)


def _exact(award: Award) -> Decimal:
    return Decimal(award.amount).scaleb(-award.precision)
