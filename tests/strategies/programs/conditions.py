"""Numbers and conditions of drawn programs, well-typed where they stand."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.strategies.programs.draft import (
    AMOUNTS,
    CATEGORIES,
    CHANNELS,
    DAYS,
    PERIODS,
    SKUS,
    STORES,
    STYLES,
    TIERS,
    WHOLE,
    Choice,
    Draft,
    texts_of,
)

# What the events of a vocabulary carry beside device, channel and store.
NUMBERS = {
    "purchase": ("amount", "gross", "shipping"),
    "review": ("rating",),
    "visit": ("minutes",),
    "survey": ("score",),
    "dinner": ("seats",),
}
TEXTS = {"purchase": "category", "share": "post_id", "dinner": "city", "review": "product"}
EVENTS = ("purchase", "review", "checkin", "visit", "share", "survey", "signup", "dinner")
SIGNS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Scope:
    """Where something stands: in a rule on these events (none: on a timer), or nested in one.

    `settled` is False where tiers and segments are being settled, so that they cannot be named.
    """

    events: tuple[str, ...] = ()
    item: bool = False
    past: str | None = None
    settled: bool = True

    @property
    def about(self) -> tuple[str, ...]:
        """The events whose attributes a bare name may be of."""
        return (self.past,) if self.past else self.events

    @property
    def on_purchase(self) -> bool:
        """True where amounts and items can be spoken of."""
        return "purchase" in self.about


# --- windows and history ----------------------------------------------------------------------


def window(draft: Draft) -> str:
    """A window of every form."""
    return draft.one(
        "ever",
        lambda: f"in last {draft.number(1, 40)} {draft.one('days', 'hours', 'weeks')}",
        lambda: f"in this {draft.one(*PERIODS)}",
        lambda: f"in last {draft.number(1, 14)} {draft.one('months', 'quarters', 'years')}",
        lambda: f"in previous {draft.one(*PERIODS)}",
        lambda: f"since {draft.one(*DAYS)}",
    )


def event_name(draft: Draft, scope: Scope) -> str:
    """An event to count: most often one that the rule is on."""
    own = scope.events[:1] * 2
    name = draft.one("purchase", *own, *EVENTS)
    return draft.dinner() if name == "dinner" else name


def past(draft: Draft, scope: Scope, name: str) -> str:
    """Which events are counted, with their window."""
    text = draft.one("", "", "", "previous ") + name
    if draft.once_in(3):
        inner = replace(scope, past=name, item=False)
        text += f" where ({condition(draft, inner, depth=0)})"
    if scope.events and draft.once_in(6):
        text += f"{draft.one('', ' by anyone')} with same {draft.one('store', 'channel', 'device')}"
    if name in ("referral", "signup") and draft.has("referrals") and draft.once_in(2):
        text += " as referrer"
    return f"{text} {window(draft)}"


def history(draft: Draft, scope: Scope) -> str:
    """A number from the customer's history."""
    name = event_name(draft, scope)
    if draft.has("referrals") and draft.once_in(3):
        name = "referral"
    counted: list[Choice] = [
        lambda: f"number of {past(draft, scope, name)}",
        lambda: f"number of distinct store of {past(draft, scope, name)}",
        lambda: f"days since previous {name}",
        lambda: f"streak of {name} in {draft.one('days', 'weeks', 'months')}",
    ]
    if name in NUMBERS:
        figure = draft.one("total", "average", "largest", "smallest")
        counted.append(lambda: f"{figure} {NUMBERS[name][0]} of {past(draft, scope, name)}")
    if name == "purchase":
        form = draft.one("number", "total")
        counted.append(
            lambda: f"{form} of items{lines(draft, scope)} of {past(draft, scope, name)}"
        )
    return draft.one(*counted)


def lines(draft: Draft, scope: Scope) -> str:
    """Which lines are meant, all or some."""
    if draft.once_in(2):
        return ""
    return f" ({condition(draft, replace(scope, item=True), depth=0)})"


# --- numbers ------------------------------------------------------------------------------------


def number(draft: Draft, scope: Scope, depth: int = 1) -> str:
    """A number; sums and products are at most two deep, so that none has too many decimals."""
    if depth and draft.once_in(3):
        return _computed(draft, scope, depth)
    leaves: list[Choice] = []
    for name in scope.about:
        leaves += NUMBERS.get(name, ())[:1] * 3 + NUMBERS.get(name, ())[1:]
    if scope.item:
        leaves += ["amount", "price", "quantity"] * 2
    if scope.past and "purchase" in scope.events:
        leaves += ["this.amount", "this.shipping"]
    leaves += [
        lambda: draft.customer("visits"),
        draft.parameter,
        "hour",
        "days since joined",
        lambda: draft.one(*WHOLE, "5%", "-3"),
        lambda: draft.one(*AMOUNTS),
    ]
    if scope.item or scope.past:
        return draft.one(*leaves)
    if scope.on_purchase:
        leaves += [
            lambda: f"number of items{lines(draft, scope)}",
            lambda: f"total of items{lines(draft, scope)}",
            lambda: f"number of distinct sku of items{lines(draft, scope)}",
        ]
    if draft.has("history") or draft.has("referrals"):
        leaves += [lambda: history(draft, scope)] * 4
    if scope.settled:
        leaves += [lambda: _held(draft)] * 2
    if "checkin" in scope.events:
        leaves += ["distance to (31.23, 121.47)"] * 3
    return draft.one(*leaves)


def _computed(draft: Draft, scope: Scope, depth: int) -> str:
    left = number(draft, scope, depth - 1)
    if draft.once_in(3):
        return draft.one(
            lambda: f"{draft.one('min', 'max')}({left}, {number(draft, scope, 0)})",
            lambda: f"{draft.one('round', 'floor', 'ceil', 'abs')}({left})",
            lambda: f"-({left})",
        )
    return f"({left} {draft.one('+', '-', '*', '/')} {number(draft, scope, 0)})"


def _held(draft: Draft) -> str:
    """What the customer has of a unit, or lacks to a tier."""
    choices: list[Choice] = [
        "points",
        "lifetime points",
        lambda: f"points earned {window(draft)}",
    ]
    if draft.has("tiers"):
        # Only of a tier whose first item is a number can be said how much of it is left.
        draft.declare("tiers", lambda: tiers(draft))
        choices.append("left to silver")
    return draft.one(*choices)


# --- tiers and segments -------------------------------------------------------------------------


def tier(draft: Draft) -> str:
    """A tier of the program."""
    draft.declare("tiers", lambda: tiers(draft))
    return draft.one(*TIERS)


def tiers(draft: Draft) -> str:
    """The three tiers, each harder to reach than the one below."""
    texts = []
    for place, name in enumerate(TIERS, 1):
        if place == 3 and draft.once_in(4):
            texts.append(f"tier {name}: by award")
            continue
        items = _tier_item(draft, place)
        if draft.once_in(3):
            items += f" {draft.one('and', 'or')} {_tier_item(draft, place)}"
        options = ""
        if draft.once_in(2):
            options += draft.one(
                lambda: f", keep {draft.number(1, 40)} {draft.one('days', 'months')}",
                lambda: (
                    f", keep until end of {draft.one('this', 'next')} {draft.one(*PERIODS[2:])}"
                ),
                lambda: f", grace {draft.number(1, 40)} days",
                ", one step at a time",
                ', perks "Lounge"',
            )
        texts.append(f"tier {name}: {items}{options}")
    return "\n".join(texts)


def _tier_item(draft: Draft, place: int) -> str:
    inner = Scope(settled=False)
    bought = replace(inner, past="purchase")
    items: list[Choice] = [
        lambda: f"{place * 50} spent {window(draft)}",
        lambda: f"{place * 20} points held",
        lambda: f"{place * 30} points earned {window(draft)}",
        lambda: f"{place} purchases {window(draft)}",
        lambda: f"{place + 1} purchases where ({condition(draft, bought, 0)}) {window(draft)}",
    ]
    if place > 1:
        items.append(lambda: f"where ({condition(draft, inner, depth=0)})")
    return draft.one(*items)


def segment(draft: Draft) -> str:
    """A segment of the program."""
    name = draft.one("lapsed", "lively")
    inner = Scope(settled=False)

    def made() -> str:
        usual = {
            "lapsed": f"no purchase in last {draft.number(1, 30)} days",
            "lively": f"at least {draft.number(1, 3)} purchases {window(draft)}",
        }[name]
        return f"segment {name}: " + draft.one(usual, lambda: condition(draft, inner, depth=1))

    draft.declare(f"segment {name}", made)
    return name


# --- conditions ---------------------------------------------------------------------------------


def condition(draft: Draft, scope: Scope, depth: int = 2) -> str:
    """A condition, at its place."""
    if depth and draft.once_in(3):
        left, right = (condition(draft, scope, depth - 1) for _ in range(2))
        return draft.one(f"({left} and {right})", f"({left} or {right})", f"not ({left})")
    tests: list[Choice] = [lambda: _numbers(draft, scope, depth)] * 4
    tests += [lambda: _text(draft, scope)] * 2
    if scope.item:
        tests += [lambda: _about_line(draft)] * 3
    else:
        tests += [lambda: _time(draft), lambda: _customer(draft)]
    if scope.item or scope.past:
        return draft.one(*tests)
    if scope.on_purchase:
        quantifier = draft.one("any", "every", "no")
        inner = replace(scope, item=True)
        tests += [lambda: f"{quantifier} item ({condition(draft, inner, min(depth, 1))})"] * 2
    if draft.has("history"):
        tests += [lambda: _event_test(draft, scope)] * 3
    if scope.settled:
        tests += _of_topics(draft)
    return draft.one(*tests)


def _numbers(draft: Draft, scope: Scope, depth: int) -> str:
    left = number(draft, scope, min(depth, 1))
    return draft.one(
        lambda: f"{left} {draft.one(*SIGNS)} {number(draft, scope, 0)}",
        lambda: f"{left} >= {draft.one(*AMOUNTS)}",
        lambda: f"{left} between {draft.one(*AMOUNTS[:4])} and {draft.one(*AMOUNTS[4:])}",
        lambda: f"{left} {draft.one('in', 'not in')} (10, 100, 9.99)",
        lambda: f"{left} is {draft.one('known', 'unknown')}",
    )


def _text(draft: Draft, scope: Scope) -> str:
    equal, member = draft.one("=", "!="), draft.one("in", "not in")
    store = draft.one(*texts_of(STORES))
    # A rule on a timer has no event to speak of.
    if not scope.about:
        style = draft.one(*texts_of(STYLES))
        return f"{draft.customer('style')} {draft.one('=', '!=', 'starts with')} {style}"
    choices: list[Choice] = [
        f"store {equal} {store}",
        f'store {member} ({store}, "x")',
        f"channel {equal} {draft.one(*texts_of(CHANNELS))}",
        f'store {draft.one("starts with", "ends with", "contains")} "th"',
        f"device is {draft.one('known', 'unknown')}",
    ]
    if "dinner" in scope.about:
        choices += [
            f"room {equal} {store}",
            f'city {equal} "x"',
            'friend = "a"',
            "friend = customer",
        ]
    if scope.on_purchase and not scope.item:
        choices.append(f"category {equal} {draft.one(*texts_of(CATEGORIES))}")
    return draft.one(*choices)


def _about_line(draft: Draft) -> str:
    member = draft.one("in", "not in")
    return draft.one(
        lambda: f"sku = {draft.one(*texts_of(SKUS))}",
        lambda: f"category {draft.one('=', '!=')} {draft.one(*texts_of(CATEGORIES))}",
        lambda: f"sku {member} list {draft.promo_list()}",
        lambda: f"brand is {draft.one('known', 'unknown')}",
    )


def _time(draft: Draft) -> str:
    sign = draft.one(*SIGNS)
    return draft.one(
        lambda: f"date {sign} {draft.one(*DAYS)}",
        lambda: f"time {sign} {draft.one('00:00', '09:00', '16:00')}",
        lambda: f"day {draft.one('=', '!=')} {draft.one('monday', 'sunday')}",
        lambda: f"month {draft.one('=', '!=')} {draft.one('march', 'november')}",
        lambda: f"hour {sign} {draft.number(0, 23)}",
    )


def _customer(draft: Draft) -> str:
    sign = draft.one(*SIGNS)
    return draft.one(
        lambda: draft.customer("student"),
        lambda: f"{draft.customer('style')} = {draft.one(*texts_of(STYLES))}",
        lambda: f"{draft.customer('renewal')} {sign} {draft.one(*DAYS)}",
        lambda: f"customer.joined {sign} {draft.one(*DAYS)}",
        'customer.tags has "vip"',
        'customer.city = "x"',
        "is birthday",
        "birthday month",
        lambda: f"customer.age {sign} {draft.number(1, 40)}",
        'customer = "a"',
        "customer.referrer is known",
        lambda: f'customer.referrer.city {draft.one("=", "!=")} "x"',
    )


def _event_test(draft: Draft, scope: Scope) -> str:
    name = event_name(draft, scope)
    choices: list[Choice] = [
        lambda: f"no {past(draft, scope, name)}",
        lambda: f"at least {draft.number(1, 3)} {past(draft, scope, name)}",
        lambda: f"more than {draft.number(1, 3)} {past(draft, scope, name)}",
    ]
    if len(scope.events) == 1:
        own = scope.events[0]
        inner = replace(scope, past=own)
        where = f" where ({condition(draft, inner, depth=0)})" if draft.once_in(3) else ""
        span = draft.one("", lambda: f" {window(draft)}")
        choices += [
            f"first {own}{where}",
            f"{draft.one('2nd', '3rd')} {own}{where}{span}",
            f"every {draft.one('2nd', '3rd')} {own}{where}{span}",
        ]
    return draft.one(*choices)


def _of_topics(draft: Draft) -> list[Choice]:
    """What is asked only where the program is about it."""
    tests: list[Choice] = []
    if draft.has("tiers"):
        sign = draft.one(*SIGNS)
        tests += [lambda: f"tier {sign} {tier(draft)}"] * 3
    if draft.has("segments"):
        tests += [lambda: f"in segment {segment(draft)}"] * 3
    if draft.has("things"):
        kind = draft.one("coupon", "badge", "perk", "gift")
        tests += [lambda: f"has {kind} {draft.thing(kind)}"] * 3
    return tests
