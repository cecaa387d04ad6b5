"""Histories for drawn programs: customers, and what happens to them, in the shape of a case.

What happens is about what the program names: its things are redeemed, its amounts are hit or just
missed, its windows are left. Times are local ones near clock changes, midnights and month ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.services.cases.case import Opening
from tests.strategies.programs.conditions import EVENTS
from tests.strategies.programs.draft import (
    AMOUNTS,
    CATEGORIES,
    CHANNELS,
    COUPONS,
    CUSTOMERS,
    DAYS,
    LARGE,
    SKUS,
    STORES,
    STYLES,
    TIERS,
    Draft,
)

Raw = dict[str, Any]

FIRST_DAYS = tuple(day for day in DAYS if day < "2027")
TIMES = ("00:00", "00:30", "01:30", "02:30", "09:00", "16:00", "23:59")
# Days from one event to the next; most often none.
GAPS = (0, 0, 0, 1, 1, 2, 7, 31)
BIRTHDAYS = ("2004-02-29", "1990-12-31", "1990-11-02")
# Topics in which something happens after the last event.
ON_THEIR_OWN = ("timers", "calendar", "derived", "expiry", "segments")
MOMENT = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class History:
    """Customers and raw events in the order of delivery, and between which instants."""

    customers: tuple[Opening, ...]
    events: tuple[Raw, ...]
    start: dt.datetime | None
    until: dt.datetime | None


@dataclass
class _Telling:
    """A history on the way: where its clock stands, and what has happened so far."""

    draft: Draft
    zone: ZoneInfo
    day: dt.date
    time: str = TIMES[0]
    events: list[Raw] = field(default_factory=list)

    def now(self) -> dt.datetime:
        """The instant of the clock; a local time that the clock skips is one just after."""
        local = dt.datetime.fromisoformat(f"{self.day} {self.time}").replace(tzinfo=self.zone)
        return local.astimezone(dt.UTC).astimezone(self.zone)

    def advance(self) -> dt.datetime:
        """Move the clock on, or leave it where it is, and say the instant."""
        gap = self.draft.draw(_sampled(GAPS))
        time = self.draft.one(*TIMES)
        if gap:
            self.day += dt.timedelta(days=gap)
            self.time = time
        else:
            self.time = max(self.time, time)
        return self.now()

    def near(self, year: int) -> str:
        """A day of a year soon after that at which the clock stands, or the last of February."""
        soon = self.day + dt.timedelta(days=self.draft.number(0, 8))
        return self.draft.one(f"{year}-{soon:%m}-{min(soon.day, 28):02}", f"{year}-02-28")

    def earlier(self, kind: str) -> list[Raw]:
        """What has happened of a kind."""
        return [event for event in self.events if event["type"] == kind]


def _sampled(choices: Any) -> Any:  # noqa: ANN401 - of any kind
    return st.sampled_from(choices)


def _money(draft: Draft, *choices: str) -> Decimal:
    usual = choices or AMOUNTS
    return Decimal(draft.one(*usual, *LARGE) if draft.has("large") else draft.one(*usual))


# --- events -------------------------------------------------------------------------------------


def _lines(draft: Draft) -> list[Raw]:
    def line() -> Raw:
        made: Raw = {"sku": draft.one(*SKUS, "C"), "price": Decimal(draft.one("10", "9.99", "2.5"))}
        if draft.once_in(2):
            made["category"] = draft.one(*CATEGORIES)
        if draft.once_in(2):
            made["quantity"] = Decimal(draft.one("2", "1", "3", "1.5"))
        if draft.once_in(4):
            made["amount"] = Decimal(draft.one(*AMOUNTS))
        if draft.once_in(8):
            del made["price"]
        return made

    return [line() for _ in range(draft.number(1, 3))]


def _purchase(telling: _Telling) -> Raw:
    draft, made = telling.draft, Raw()
    paid = draft.one("amount", "amount", "amount", "gross", "both", "neither")
    if draft.has("money") and draft.once_in(2):
        paid = "gross"
    if paid in ("amount", "both"):
        made["amount"] = _money(draft, *reversed(AMOUNTS))
    if paid in ("gross", "both"):
        made["gross"] = max(_money(draft, *reversed(AMOUNTS)), made.get("amount", Decimal(0)))
    if draft.once_in(2):
        made["items"] = _lines(draft)
    if draft.once_in(4):
        made["shipping"] = _money(draft)
    if draft.once_in(3):
        made["category"] = draft.one(*CATEGORIES)
    if draft.has("things") and draft.once_in(2):
        made["coupon"] = draft.one(*COUPONS)
    if draft.has("referrals") and draft.once_in(2):
        made["referrer"] = draft.one(*CUSTOMERS)
    return made


def _refund(telling: _Telling) -> Raw:
    draft, bought = telling.draft, telling.earlier("purchase")
    if not bought or draft.once_in(8):
        return {"amount": _money(draft, "5", "-10", "100")}
    purchase = draft.draw(_sampled(bought))
    made: Raw = {"original": purchase["id"]}
    how = draft.one("whole", "part", "part", "items", "items", "amount", "unknown")
    if how == "part":
        whole = purchase.get("amount", purchase.get("gross", Decimal(100)))
        made["amount"] = whole / 2 if draft.once_in(2) else _money(draft, "5", "9.99", "-5")
    elif how == "items" and "items" in purchase:
        kept = dict(draft.draw(_sampled(purchase["items"])))
        if draft.once_in(2):
            kept["quantity"] = Decimal(1)
        made["items"] = [kept]
    elif how == "amount":
        made["amount"] = _money(draft, "100", "200", "0.01")
    elif how == "unknown" and draft.once_in(2):
        made["original"] = "nowhere"
    return made


def _redeem(telling: _Telling) -> Raw:
    draft = telling.draft
    if "reward" in draft.declared and draft.once_in(2):
        made: Raw = {"reward": "Free coffee"}
        if " or " in draft.declared["reward"].split(",")[0] and draft.once_in(2):
            made["option"] = draft.number(1, 2)
        return made
    unit = "miles" if draft.declared.get("unit miles") and draft.once_in(3) else "points"
    return {unit: _money(draft, "10", "20", "5", "100", "500")}


def _cancel(telling: _Telling) -> Raw:
    redeemed = telling.earlier("redeem")
    known = [event["id"] for event in redeemed]
    return {"original": telling.draft.one(*known * 3, "nowhere")}


def _profile(telling: _Telling) -> Raw:
    draft = telling.draft
    made: Raw = {}
    if draft.once_in(2):
        made["birthday"] = draft.one(telling.near(1990), *BIRTHDAYS)
    if draft.once_in(2):
        made["city"] = draft.one("x", "y")
    if draft.once_in(3):
        made["tags"] = ["vip"]
    if draft.declared.get("customer"):
        made |= {"style": draft.one(*STYLES), "visits": _money(draft), "student": draft.once_in(2)}
        if draft.once_in(2):
            made["renewal"] = draft.one(telling.near(2026), *DAYS)
    return made


def _of_others(telling: _Telling, kind: str) -> Raw:
    """What the rest of events carry."""
    draft = telling.draft
    match kind:
        case "review":
            return {"rating": _money(draft, "5", "1"), "product": draft.one(*SKUS)}
        case "visit":
            return {"minutes": _money(draft, "5", "10", "0")}
        case "survey":
            return {"score": _money(draft, "10", "5", "9.99")}
        case "share":
            return {"post_id": draft.one("p1", "p2")}
        case "checkin":
            near, far = ("31.23", "121.47"), ("39.9042", "116.4074")
            lat, lon = draft.draw(_sampled((near, far)))
            return {"lat": Decimal(lat), "lon": Decimal(lon)}
        case "signup" | "referral":
            return {"referrer": draft.one(*CUSTOMERS)} if kind == "referral" else {}
        case "dinner":
            made = {"seats": _money(draft, "2", "10"), "room": draft.one(*STORES)}
            return made | {"city": "x", "friend": draft.one(*CUSTOMERS)}
        case "optin":
            return {"rule": draft.one("r1", "r2", "base")}
        case _:
            return {}


MADE = {
    "purchase": _purchase,
    "refund": _refund,
    "redeem": _redeem,
    "cancel": _cancel,
    "profile": _profile,
}
# What is about something earlier comes after it.
LATER = ("refund", "redeem", "cancel")


def _kinds(draft: Draft) -> list[str]:
    """The types of events by how often they stand here."""
    kinds = ["purchase"] * 8 + [*EVENTS[1:-1], "profile"]
    if draft.declared.get("dinner"):
        kinds += ["dinner"] * 2
    kinds += ["referral"] * draft.weight("referrals") + ["refund"] * draft.weight("refunds")
    kinds += ["redeem"] * draft.weight("redemption") + ["cancel"] * (
        draft.weight("redemption") // 2
    )
    kinds += ["optin"] * draft.weight("chance")
    return kinds


def _event(telling: _Telling, kind: str) -> Raw:
    draft, at = telling.draft, telling.advance()
    if kind in LATER:
        at += MOMENT
    own = MADE[kind](telling) if kind in MADE else _of_others(telling, kind)
    customer = draft.one("a", "a", "b", "c")
    if "original" in own:
        named = [event for event in telling.events if event["id"] == own["original"]]
        customer = named[0]["customer"] if named else customer
    made = {
        "id": f"{draft.one('a', 'B', 'é')}{len(telling.events)}",
        "type": kind,
        "at": at.isoformat(),
        "customer": customer,
        **own,
    }
    if kind not in (*LATER, "profile", "optin"):
        for name, choices in (("store", STORES), ("channel", CHANNELS), ("device", ("d1",))):
            if draft.once_in(3):
                made[name] = draft.one(*choices)
    return made


# --- customers ----------------------------------------------------------------------------------


def _openings(telling: _Telling) -> tuple[Opening, ...]:
    """Customers known before the first event; the others come by their first."""
    draft = telling.draft
    made = []
    for name in ("a", "b")[: draft.number(0, 2)]:
        given: Raw = {}
        if draft.once_in(2):
            given["points"] = int(draft.one("60", "200", "5"))
        if draft.once_in(3):
            birthday = draft.one(telling.near(1990), *BIRTHDAYS)
            given |= {"birthday": birthday, "city": "x", "tags": ["vip"]}
        tier = draft.one(*TIERS) if draft.declared.get("tiers") and draft.once_in(4) else None
        joined = draft.one(telling.near(2024), "2025-01-01", "2025-11-01", "2024-02-29")
        made.append(Opening(name, joined, tier, given))
    return tuple(made)


# --- the whole ----------------------------------------------------------------------------------


def _order(event: Mapping[str, Any]) -> tuple[dt.datetime, bytes]:
    return dt.datetime.fromisoformat(event["at"]), event["id"].encode()


def _delivered(draft: Draft, events: list[Raw]) -> list[Raw]:
    """Events as they come: in order but for the late ones, some twice, some changed."""
    ordered = sorted(events, key=_order)
    if draft.has("late"):
        for _ in range(draft.number(1, 2)):
            moved = ordered.pop(draft.number(0, len(ordered) - 1))
            ordered.insert(draft.number(0, len(ordered)), moved)
    if draft.once_in(8):
        again = dict(draft.draw(_sampled(ordered)))
        if draft.once_in(2):
            again["store"] = "elsewhere"
        ordered.append(again)
    if draft.has("guards"):
        bought = [event["id"] for event in ordered if event["type"] == "purchase"]
        for name in bought[: draft.number(0, 2)]:
            _judge(draft, ordered, name)
    return ordered


def _judge(draft: Draft, ordered: list[Raw], name: str) -> None:
    """A person's word on a purchase, now and then before it, or just before the next event."""
    word = {"type": draft.one("release", "reject"), "original": name}
    place = draft.number(0, len(ordered))
    following = ordered[place] if place < len(ordered) else {}
    # A word of an instant that is over is none of the service's: it is given as of now.
    if "at" in following and not draft.has("late") and draft.once_in(2):
        word["at"] = following["at"]
    ordered.insert(place, word)


def _beginning(telling: _Telling, first: dt.date) -> dt.datetime:
    """A midnight before the first event."""
    days = telling.draft.draw(_sampled((0, 1, 10)))
    return replace(telling, day=first - dt.timedelta(days=days), time=TIMES[0]).now()


def history(draft: Draft, zone: str) -> History:
    """A history that suits what a program names."""
    first = dt.date.fromisoformat(draft.one(*FIRST_DAYS))
    telling = _Telling(draft, ZoneInfo(zone), first)
    openings = _openings(telling)
    kinds = _kinds(draft)
    for place in range(draft.number(2, 10)):
        kind = "purchase" if not place else draft.one(*kinds)
        telling.events.append(_event(telling, kind))
    beginning = _beginning(telling, first) if draft.once_in(3) else None
    until = None
    if draft.focus in ON_THEIR_OWN or draft.once_in(3):
        telling.day += dt.timedelta(days=draft.draw(_sampled((8, 0, 1, 40))))
        telling.time = draft.one("23:59", "00:00")
        until = max(telling.now(), *(_order(event)[0] for event in telling.events))
    delivered = tuple(_delivered(draft, telling.events))
    return History(openings, delivered, _in_utc(beginning), _in_utc(until))


def _in_utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment and moment.astimezone(dt.UTC)
