"""Rewards and clauses of drawn programs."""

from __future__ import annotations

from dataclasses import replace

from tests.strategies.programs.conditions import (
    TEXTS,
    Scope,
    condition,
    lines,
    number,
    segment,
    tier,
)
from tests.strategies.programs.draft import DAYS, PERIODS, Choice, Draft

MINUTES = ("2026-03-08 02:30", "2026-11-01 01:30", "2026-03-31 23:59")


# --- units --------------------------------------------------------------------------------------


def unit(draft: Draft) -> str:
    """A unit: points, mostly, whose options are drawn where the program is about them."""
    name = draft.one("points", "points", "points", "miles")
    draft.declare(f"unit {name}", lambda: _unit(draft, name))
    return name


def _unit(draft: Draft, name: str) -> str:
    options: list[str] = []
    if name == "miles":
        rounding = draft.one("down", "up", "half up", "half even")
        options += [f"precision {draft.number(0, 2)}", f"round {rounding}"]
    if draft.once_in(3):
        options.append(f"worth 0.01 {draft.currency}")
    if draft.has("expiry"):
        length = f"{draft.number(1, 30)} days"
        options.append(
            draft.one(
                f"expire {length} after earned",
                lambda: f"expire at end of {draft.one('this', 'next')} {draft.one(*PERIODS[2:])}",
                lambda: f"expire {draft.number(1, 2)} months after earned, pending 2 days",
                f"pending {length}",
            )
        )
    if draft.has("redemption") and draft.once_in(2):
        options.append(draft.one("redeem at least 20", "redeem in steps of 10"))
    if draft.has("refunds") and draft.once_in(3):
        options.append("never below zero")
    return f"unit {name}: {', '.join(options)}" if options else ""


def units_form(draft: Draft, scope: Scope) -> str:
    """An amount of a unit, with its cap."""
    name, amount = unit(draft), draft.one("1", "5", "30", "2")
    if name == "miles":
        amount = draft.one(amount, "0.5", "2.25")
    each = f"{amount} {name}"
    prorated = draft.one("", " prorated")
    forms: list[Choice] = [each]
    forms += [
        lambda: f"({number(draft, scope)}) {name}",
        lambda: f"{each} per 3 of {number(draft, scope)}{prorated}",
        lambda: f"{name} by ({number(draft, scope)}) {_steps(draft)}",
    ]
    if scope.on_purchase:
        per = draft.one("10", "1", "0.25")
        forms += [f"{each} per {per} spent{prorated}"] * 4
        forms += [
            lambda: f"{each} per item{lines(draft, scope)}",
            f"{draft.one('2', '1', '1.5', '3.25')}x points",
            lambda: f"{name} by amount {_steps(draft)}",
            lambda: f"{name} by each part of amount {_steps(draft)}",
        ]
    if draft.once_in(8):
        return draft.one(
            f"deduct {amount} {name}",
            f"deduct 50% of {name}",
            lambda: f"deduct ({number(draft, scope)}) {name}",
        )
    return draft.one(*forms) + draft.one("", "", "", " at most 20")


def _steps(draft: Draft, *, percent: bool = False) -> str:
    starts = ("0", "10", "99.5", "200")[draft.number(0, 2) :]
    last = "15%" if percent else "25"
    given = [f"from {start}: {draft.one('1', '3', '10', last)}" for start in starts]
    return f"({', '.join(given)})"


# --- money, things, chance ----------------------------------------------------------------------


def money_form(draft: Draft, scope: Scope, kind: str) -> str:
    """A discount, cashback or donation on a purchase."""
    sum_of = f"{draft.one('20', '2.50', '0.05')} {draft.currency}"
    base = draft.one("", "", lambda: f" of items ({_of_lines(draft, scope)})", " of shipping")
    if kind == "donation":
        return f'donation {sum_of} for "WWF"'
    if kind == "free":
        return f"cheapest 1 of every {draft.number(1, 3)} items{lines(draft, scope)} free"
    forms: list[Choice] = [
        f"{draft.one('10', '100', '33.3')}% {kind}{base}",
        f"{sum_of} {kind}{base}",
        f"{sum_of} {kind} per {draft.one('10', '100')} spent",
        lambda: f"({number(draft, scope)}) {kind}",
        lambda: f"{kind} by amount {_steps(draft, percent=True)}{base}",
    ]
    return draft.one(*forms) + draft.one("", "", "", f" at most 15 {draft.currency}")


def _of_lines(draft: Draft, scope: Scope) -> str:
    return condition(draft, replace(scope, item=True), depth=0)


def thing_form(draft: Draft, *, tiers: bool) -> str:
    """A thing, a tier or a message."""
    length = draft.one("", f" valid {draft.number(1, 20)} days")
    forms: list[Choice] = [
        lambda: f"coupon {draft.thing('coupon')}{length}",
        lambda: f"badge {draft.thing('badge')}",
        lambda: f"gift {draft.thing('gift')}",
        lambda: f"perk {draft.thing('perk')}",
        'message "Well done"',
        'message "{points} of \\"points\\", {customer.city}"',
    ]
    if tiers and draft.has("tiers"):
        lasting = draft.one("", f" for {draft.number(1, 20)} days")
        forms += [lambda: f"tier {tier(draft)}{lasting}"] * 2
    return draft.one(*forms)


def _one_of(draft: Draft, scope: Scope) -> str:
    first, second = (draft.one("10 points", "30 points") for _ in range(2))
    third = draft.one(
        'gift "Mug"', "5 points", lambda: units_form(draft, replace(scope, past=None))
    )
    shares = draft.one("60%: {}, 30%: {}, 10%: {}", "50%: {}, 25%: {}", "0%: {}, 100%: {}")
    if "x points" in third or "deduct" in third:
        third = "5 points"
    return f"one of ({shares.format(first, second, third)})"


# --- a rule's rewards ---------------------------------------------------------------------------


def rewards(draft: Draft, scope: Scope, *, kind: str, tiers: bool, calendar: bool = False) -> str:
    """What a rule gives, and to whom; `kind` is discount where it gives nothing else."""
    count = draft.number(1, 2)
    if kind == "discount":
        forms = [money_form(draft, scope, draft.one("discount", "discount", "free"))]
    else:
        forms = [_form(draft, scope, tiers=tiers) for _ in range(count)]
    # What is off a price is off the price of whoever pays it.
    given = [
        form if "discount" in form or " free" in form else f"{form}{_audience(draft, scope)}"
        for form in forms
    ]
    if calendar and draft.once_in(2):
        given[-1] = forms[-1] + draft.one(
            lambda: f" to top {draft.number(1, 2)} by {number(draft, Scope(), 0)}",
            " to 1 at random",
        )
    return ", ".join(given)


def _form(draft: Draft, scope: Scope, *, tiers: bool) -> str:
    forms: list[Choice] = [lambda: units_form(draft, scope)] * 3
    if scope.on_purchase:
        kind = draft.one("cashback", "discount", "donation", "free")
        forms += [lambda: money_form(draft, scope, kind)] * draft.weight("money")
    forms += [lambda: thing_form(draft, tiers=tiers)] * draft.weight("things", "campaigns")
    if tiers:
        lasting = f"for {draft.number(1, 40)} days"
        forms += [lambda: f"tier {tier(draft)} {lasting}"] * (draft.weight("tiers") // 2)
    forms += [lambda: _one_of(draft, scope)] * (draft.weight("chance") // 2)
    return draft.one(*forms)


def _audience(draft: Draft, scope: Scope) -> str:
    """Who gets a reward, mostly the customer."""
    targets: list[Choice] = []
    if draft.has("tiers") and draft.has("audience"):
        targets += [
            lambda: tier(draft),
            lambda: f"not {tier(draft)}",
            lambda: f"{tier(draft)} and above",
            lambda: f"{tier(draft)} or {tier(draft)}",
        ]
    if draft.has("segments"):
        targets += [lambda: segment(draft), lambda: f"not {segment(draft)}"]
    if draft.has("referrals"):
        targets.append("customer.referrer")
        if set(scope.events) & {"purchase", "signup", "referral"}:
            targets += ["referrer"] * 2
    if scope.events == ("dinner",):
        targets.append("friend")
    rarely = 2 if draft.focus in ("audience", "segments", "referrals") else 4
    if not draft.once_in(rarely):
        return ""
    return f" to {draft.one(*targets, 'everyone', 'customer')}"


# --- clauses ------------------------------------------------------------------------------------


def allowance(draft: Draft, *, of: str = "") -> str:
    """A limit or a budget; `of` is what it must count, where a rule gives nothing else."""
    counted = draft.one("points", "times", draft.currency) if not of else draft.one("times", of)
    amount = draft.number(1, 60) if counted != "times" else draft.number(1, 3)
    period = draft.one("", "", *(f" per {period}" for period in PERIODS))
    return draft.one(
        f"limit {amount} {counted} per customer{period}", f"budget {2 * amount} {counted}{period}"
    )


def clauses(draft: Draft, scope: Scope, *, kind: str) -> str:
    """The clauses of a rule, of its topics."""
    spell = draft.one(
        f"from {draft.one(*DAYS[:9])}",
        f"through {draft.one(*DAYS[5:])}",
        f"from {MINUTES[0]} until {MINUTES[1]}",
        f"until {MINUTES[2]}",
    )
    made: list[Choice] = [spell, *['because "Thank you"'] * 3]
    often = draft.weight("limits")
    made += [lambda: allowance(draft, of="" if kind != "discount" else draft.currency)] * often
    made += [lambda: _once(draft, scope)] * (often // 2) + ["whole awards only"] * (often // 2)
    which = draft.one("best", "first")
    group = "deals" if kind == "discount" else "extras"
    grouped = f'only {which} of "{group}" priority {draft.number(0, 2)}'
    made += [grouped] * draft.weight("groups")
    made += [lambda: f'in campaign "{campaign(draft)}"'] * draft.weight("campaigns")
    made += [
        lambda: f"pending {draft.number(1, 10)} {draft.one('days', 'hours')}",
        lambda: f"expires {draft.number(1, 20)} days after award",
        lambda: f"expires on {draft.one(*DAYS)}",
        "never expires",
    ] * (draft.weight("expiry") // 2)
    made += [
        f"with {draft.one('50', '100', '5', '0')}% chance",
        draft.one("holdout 50%", "holdout 10%"),
        "after opting in",
    ] * (draft.weight("chance") // 2)
    if draft.has("money"):
        made.append(draft.one('funded by "Bakery Co"', 'funded by "Bakery Co" 50%'))
    least = 1 if draft.focus in ("limits", "groups", "campaigns", "expiry", "chance") else 0
    return _apart([draft.one(*made) for _ in range(draft.number(least, 2))])


def _apart(found: list[str]) -> str:
    """Clauses of which no two say the same kind of thing twice."""
    kept: dict[str, str] = {}
    for clause in found:
        first = clause.split(" ", 1)[0]
        kind = {"until": "from", "through": "from", "never": "expires"}.get(first, first)
        kept.setdefault(clause if kind in ("limit", "budget") else kind, clause)
    return " ".join(kept.values())


def _once(draft: Draft, scope: Scope) -> str:
    period = draft.one("", *(f" per {period}" for period in PERIODS))
    choices: list[Choice] = [f"once per customer{period}"]
    if scope.events:
        names = ("store", *(TEXTS[event] for event in scope.events if event in TEXTS))
        choices += [f"once per customer per {draft.one(*names)}", f"once per {draft.one(*names)}"]
    return draft.one(*choices)


def campaign(draft: Draft) -> str:
    """A campaign of the program."""

    def made() -> str:
        spell = draft.one(
            "",
            "from 2026-03-01 through 2026-10-31 ",
            f"until {MINUTES[1]} ",
            "from 2026-03-08 ",
        )
        own = draft.some(0, 2, lambda: allowance(draft), " ")
        return f'campaign "Spring": {spell}{own}' if spell or own else 'campaign "Spring"'

    draft.declare("campaign", made)
    return "Spring"
