"""The rule language decided naively: a walk over the tree, with every window scanned anew.

A second meaning to hold the engine against. It shares nothing with it: values are fractions,
texts and times, absent is None, a customer is a plain list of events, and what a limit has used is
what the payments in a list add up to. It is written to be read beside docs/language.md; it takes
programs that pass the checker and is in no hurry. All of it is in one file, which is found and
loaded by its path.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from dsl.meaning import catalogue
from dsl.meaning.types import AttributeInfo
from dsl.text import ast
from dsl.text.parse import parse

# A number, text, flag, date, instant (aware, UTC) or time of day; None is absent.
Value = Any
Truth = bool | None
# `to customer`: the role, which is no tier.
ROLE = ast.AnyOf((ast.Name(("customer",)),))
TOO_LARGE = Fraction(10**18)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
COMPUTE: dict[str, Callable[[Any, Any], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


@dataclass(frozen=True)
class Award:
    """What one rule paid on one event, `amount` in the unit itself (2.5 is two and a half)."""

    event: str
    rule: str
    customer: str
    unit: str
    amount: Fraction


@dataclass(frozen=True)
class Refusal:
    """A rule that did not pay, or (without a rule) an event that was not taken."""

    event: str
    rule: str | None
    reason: str


@dataclass(frozen=True)
class Decision:
    """What one event came to."""

    awards: tuple[Award, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Event:
    """An event as a program's declarations read it; `values` holds what is known."""

    id: str
    type: str
    at: dt.datetime
    customer: str
    values: Mapping[str, Value]
    items: Sequence[Mapping[str, Value]]

    @property
    def order(self) -> tuple[dt.datetime, bytes]:
        """Section 4: events stand in order of (`at`, `id`, byte order)."""
        return self.at, self.id.encode()


@dataclass
class Opening:
    """What a customer starts from: attributes before any event, a fixed tier, balances."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    tier: str | None = None
    balances: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass
class Payment:
    """What a rule is about to pay for one reward, and which allowances it draws on."""

    rule: str
    customer: str
    unit: str
    event: str
    at: dt.datetime
    amount: Fraction
    rate: bool
    allowances: tuple[str, ...] = ()


# --- time (section 4, "Windows") ------------------------------------------------------------


def to_instant(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant of a wall-clock time: of two the first, of a skipped one the next that exists."""

    def read(naive: dt.datetime) -> dt.datetime:
        return naive.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)

    if read(local).astimezone(zone).replace(tzinfo=None) != local:
        local = local.replace(second=0, microsecond=0)
        while read(local).astimezone(zone).replace(tzinfo=None) != local:
            local += dt.timedelta(minutes=1)
    return read(local)


def midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first instant of a local day."""
    return to_instant(dt.datetime.combine(day, dt.time()), zone)


def period_start(day: dt.date, period: ast.Period) -> dt.date:
    """The first day of the calendar period a day is in; weeks start on Monday."""
    match period:
        case "day":
            return day
        case "week":
            return day - dt.timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)


def months_back(local: dt.datetime, months: int) -> dt.datetime:
    """The same time of day months before, clipped to the month's end."""
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    for day in range(local.day, 0, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return dt.datetime.min  # noqa: DTZ901 - before the calendar begins


def window(win: ast.Window, at: dt.datetime, zone: ZoneInfo) -> Callable[[dt.datetime], bool]:
    """A test of instants not after `at`: are they inside the window as seen from `at`."""
    local = at.astimezone(zone).replace(tzinfo=None)
    match win:
        case ast.Last(ast.Duration(count, unit)):
            if unit in ("month", "quarter", "year"):
                months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
                start = to_instant(months_back(local, months), zone)
            else:
                start = at - count * dt.timedelta(**{f"{unit}s": 1})
            return lambda t: start < t
        case ast.This(period):
            first = midnight(period_start(local.date(), period), zone)
            return lambda t: first <= t
        case ast.Previous(period):
            this = period_start(local.date(), period)
            before = period_start(this - dt.timedelta(days=1), period)
            return lambda t: midnight(before, zone) <= t < midnight(this, zone)
        case ast.Since(date):
            return lambda t: midnight(date.value, zone) <= t
        case ast.Ever():
            return lambda _: True


# --- a program (sections 2 and 3) -----------------------------------------------------------


class Program:
    """One text: its statements by kind, its rules by name, and the types of what it may read."""

    def __init__(self, text: str) -> None:
        document = parse(text).document
        assert document is not None, text
        self.zone = ZoneInfo("UTC")
        self.allowances: tuple[ast.Limit | ast.Budget, ...] = ()
        self.tiers: list[ast.TierDecl] = []
        self.rules: list[tuple[str, ast.Rule]] = []
        self.kinds = {
            name: _kinds(event.attributes) for name, event in catalogue.BUILT_IN_EVENTS.items()
        }
        self.kinds["customer"] = _kinds(catalogue.CUSTOMER_ATTRIBUTES)
        self.kinds["item"] = _kinds(catalogue.ITEM_ATTRIBUTES)
        of_any: list[ast.Attribute] = []
        for statement in document.statements:
            match statement:
                case ast.ProgramDecl():
                    if statement.timezone is not None:
                        self.zone = ZoneInfo(statement.timezone.value)
                    self.allowances = statement.clauses
                case ast.AttributesDecl(ast.Name(("any", "event")), attributes):
                    of_any += attributes
                case ast.AttributesDecl(holder, attributes) | ast.EventDecl(holder, attributes):
                    self._declare(holder.dotted, attributes)
                case ast.TierDecl():
                    self.tiers.append(statement)
                case ast.Rule():
                    name = statement.name or f"rule {len(self.rules) + 1}"
                    self.rules.append((name, statement))
        for name in self.kinds.keys() - {"customer", "item"}:
            self._declare(name, of_any)
        self.kinds["profile"] |= self.kinds["customer"]

    def _declare(self, holder: str, attributes: Iterable[ast.Attribute]) -> None:
        kinds = self.kinds.setdefault(holder, _kinds(catalogue.COMMON_ATTRIBUTES))
        kinds.update({a.name.dotted: a.type.kind for a in attributes})

    def rank(self, tier: str | None) -> int:
        """The tier's place in the text, from 1; no tier is 0."""
        return [None, *(t.name.dotted for t in self.tiers)].index(tier)

    def read(self, raw: Mapping[str, Any]) -> Event:
        """A raw event by the declared types; what is not declared is not known."""
        kinds = self.kinds.get(raw["type"], {})
        given = {k: v for k, v in raw.items() if v is not None and k in kinds and k != "items"}
        values = {name: _typed(v, kinds[name]) for name, v in given.items()}
        if raw["type"] == "purchase" and values.get("amount") is None:
            values["amount"] = values.get("gross")
        items = [self._item(line) for line in raw.get("items") or ()]
        at = _typed(raw["at"], "datetime")
        return Event(str(raw["id"]), raw["type"], at, str(raw["customer"]), values, items)

    def _item(self, raw: Mapping[str, Any]) -> Mapping[str, Value]:
        """Section 2: an absent quantity is 1, an absent amount price × quantity."""
        kinds = self.kinds["item"]
        line = {k: _typed(v, kinds[k]) for k, v in raw.items() if v is not None and k in kinds}
        line["quantity"] = line.get("quantity", Fraction(1))
        if "amount" not in line and "price" in line:
            line["amount"] = line["price"] * line["quantity"]
        return line


def _kinds(attributes: Mapping[str, AttributeInfo]) -> dict[str, str]:
    return {name: attribute.type.kind.value for name, attribute in attributes.items()}


def _typed(raw: Any, kind: str) -> Value:  # noqa: ANN401 - as JSON has it
    if kind in ("number", "money"):
        return Fraction(str(raw))
    if kind == "date":
        return raw if isinstance(raw, dt.date) else dt.date.fromisoformat(raw)
    if kind == "datetime":
        moment = raw if isinstance(raw, dt.datetime) else dt.datetime.fromisoformat(raw)
        return moment.astimezone(dt.UTC)
    return raw if kind == "flag" else str(raw)


# --- conditions and expressions (sections 3 and 5) ------------------------------------------


@dataclass(frozen=True)
class Scene:
    """What a rule sees: the event, the customer as of it, the settled tier, a line item or none."""

    program: Program
    event: Event
    customer: Mapping[str, Value]
    tier: int
    item: Mapping[str, Value] | None = None

    def at(self, item: Mapping[str, Value]) -> Scene:
        """The same, seen from one line item."""
        return Scene(self.program, self.event, self.customer, self.tier, item)

    def lines(self, where: ast.Condition | None) -> Iterator[Mapping[str, Value]]:
        """The line items the condition is true for."""
        for item in self.event.items:
            if where is None or truth(where, self.at(item)) is True:
                yield item

    def name(self, parts: tuple[str, ...]) -> Value:  # noqa: PLR0911 - one for each
        """What a name stands for: in an item's condition the item's first, then the event's."""
        local = self.event.at.astimezone(self.program.zone)
        match parts:
            case ("customer",):
                return self.event.customer
            case ("customer", attribute):
                return self.customer.get(attribute)
            case (name,) if self.item is not None and name in self.program.kinds["item"]:
                return self.item.get(name)
            case ("tier",):
                return self.tier
            case ("date",):
                return local.date()
            case ("time",):
                return local.time()
            case ("hour",):
                return local.hour
            case ("day",):
                return local.weekday()
            case ("month",):
                return local.month
            case (name,) if name in {t.name.dotted for t in self.program.tiers}:
                return self.program.rank(name)
            case _:
                return self.event.values.get(".".join(parts))


def value(node: ast.Expr, scene: Scene) -> Value:  # noqa: PLR0911 - one for each form
    """What an expression comes to; with an absent part it is absent."""
    match node:
        case ast.Name(parts):
            return scene.name(parts)
        case ast.Number(number) | ast.Money(number):
            return Fraction(number)
        case ast.Percent(number):
            return Fraction(number) / 100
        case ast.DateTime(local):
            return to_instant(local, scene.program.zone)
        case ast.Text(constant) | ast.Flag(constant) | ast.Date(constant) | ast.Time(constant):
            return constant
        case ast.Weekday(constant) | ast.MonthName(constant):
            return constant
        case ast.Negation(operand):
            inner = value(operand, scene)
            return None if inner is None else -inner
        case ast.Arithmetic(op, left, right):
            return arithmetic(op, value(left, scene), value(right, scene))
        case ast.ItemCount(where):
            return sum((i["quantity"] for i in scene.lines(where)), Fraction(0))
        case ast.ItemTotal(where):
            amounts: list[Value] = [i.get("amount") for i in scene.lines(where)]
            return None if None in amounts else sum(amounts, Fraction(0))
        case ast.ItemDistinct(ast.Name((name,)), where):
            return len({i[name] for i in scene.lines(where) if i.get(name) is not None})
        case _:
            raise TypeError(node)


def arithmetic(op: str, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    """Section 1: sums and products are exact, a division gives 6 decimals, half to even."""
    if left is None or right is None:
        return None
    if op == "/":
        return None if right == 0 else round(Fraction(left) / right, 6)
    return COMPUTE[op](left, right)


def truth(node: ast.Condition, scene: Scene) -> Truth:  # noqa: PLR0911 - one for each form
    """True, false, or None for neither (section 5)."""
    match node:
        case ast.Not(operand):
            return inverted(truth(operand, scene))
        case ast.And(parts):
            return all_of(truth(part, scene) for part in parts)
        case ast.Or(parts):
            return any_of(truth(part, scene) for part in parts)
        case ast.Comparison(op, left, right):
            return compared(op, value(left, scene), value(right, scene), scene)
        case ast.Between(operand, low, high):
            v = value(operand, scene)
            low_, high_ = value(low, scene), value(high, scene)
            if v is None or low_ is None or high_ is None:
                return None
            return all_of((compared(">=", v, low_, scene), compared("<=", v, high_, scene)))
        case ast.In(operand, choices, negated):
            v = value(operand, scene)
            inside = any_of(compared("=", v, value(choice, scene), scene) for choice in choices)
            return inverted(inside) if negated else inside
        case ast.Known(operand, negated):
            return (value(operand, scene) is None) == negated
        case ast.ItemTest(quantifier, where):
            tests = [truth(where, scene.at(item)) for item in scene.event.items]
            if quantifier == "every":
                return all_of(tests)
            return any_of(tests) if quantifier == "any" else inverted(any_of(tests))
        case _:
            flag = value(node, scene)
            assert flag is None or isinstance(flag, bool), node
            return flag


def compared(op: str, left: Value, right: Value, scene: Scene) -> Truth:
    """A comparison with an absent side is neither; a date beside an instant is its midnight."""
    if left is None or right is None:
        return None
    if isinstance(left, dt.datetime) != isinstance(right, dt.datetime):
        left, right = (
            side if isinstance(side, dt.datetime) else midnight(side, scene.program.zone)
            for side in (left, right)
        )
    return COMPARE[op](left, right)


def inverted(test: Truth) -> Truth:
    """Three-valued not."""
    return None if test is None else not test


def all_of(tests: Iterable[Truth]) -> Truth:
    """Three-valued and: false where any is, else neither where any is neither."""
    seen = list(tests)
    return False if False in seen else None if None in seen else True


def any_of(tests: Iterable[Truth]) -> Truth:
    """Three-valued or: true where any is, else neither where any is neither."""
    seen = list(tests)
    return True if True in seen else None if None in seen else False


# --- rules (section 4) ----------------------------------------------------------------------


def in_force(rule: ast.Rule, at: dt.datetime, zone: ZoneInfo) -> bool:
    """True where the instant is inside the rule's own dates (step 3)."""

    def first(moment: ast.Date | ast.DateTime) -> dt.datetime:
        if isinstance(moment, ast.Date):
            return midnight(moment.value, zone)
        return to_instant(moment.value, zone)

    for clause in rule.clauses:
        match clause:
            case ast.From(moment) if at < first(moment):
                return False
            case ast.Through(date) if at >= midnight(date.value + dt.timedelta(days=1), zone):
                return False
            case ast.Until(moment) if at >= first(moment):
                return False
    return True


def audiences(rewards: Sequence[ast.Reward]) -> list[ast.Target | None]:
    """Section 3: a tier serves the rewards before it that have none, a role its own alone."""
    found: list[ast.Target | None] = []
    following: ast.Target | None = None
    for reward in reversed(rewards):
        if reward.to is not None and reward.to != ROLE:
            following = reward.to
        found.insert(0, reward.to or following)
    return found


def is_for(target: ast.Target | None, scene: Scene) -> bool:
    """True where the customer is among those the reward is for, by the settled tier."""
    rank = scene.program.rank
    match target:
        case None | ast.Everyone():
            return True
        case _ if target == ROLE:
            return True
        case ast.AnyOf(names):
            return scene.tier in [rank(name.dotted) for name in names]
        case ast.AndAbove(name):
            return scene.tier >= rank(name.dotted)
        case ast.NotIn(name):
            return scene.tier != rank(name.dotted)


def worked_out(form: ast.RewardForm, scene: Scene, base: Fraction) -> Fraction:
    """Step 5: what a reward comes to before its cap; a rate counts whole steps."""
    match form:
        case ast.Flat(amount):
            return Fraction(amount)
        case ast.PerItem(amount, _, where):
            count: Fraction = value(ast.ItemCount(where), scene)
            return Fraction(amount) * floor(count)
        case ast.Rate(amount, _, per, of, prorated):
            spent: Fraction | None = value(of or ast.Name(("amount",)), scene)
            if spent is None:
                return Fraction(0)
            steps = spent / Fraction(per)
            return Fraction(amount) * (steps if prorated else floor(steps))
        case ast.Multiplier(factor):
            return (Fraction(factor) - 1) * base


def settled(amount: Fraction, reward: ast.Reward) -> Fraction:
    """Step 5: capped, then rounded down to whole points; nothing, or less, is no award."""
    if reward.at_most is not None:
        amount = min(amount, Fraction(reward.at_most.value))
    return max(Fraction(floor(amount)), Fraction(0))


class Reference:
    """A program's versions and all that has happened under them."""

    def __init__(self, versions: Sequence[tuple[dt.datetime | None, str]]) -> None:
        self.versions = [(start, Program(text)) for start, text in versions]
        self.openings: dict[str, Opening] = {}
        self.raws: dict[str, Mapping[str, Any]] = {}
        self.decisions: dict[str, Decision] = {}
        self.payments: list[Payment] = []

    def open(
        self,
        customer: str,
        attributes: Mapping[str, Any],
        tier: str | None,
        balances: Mapping[str, Decimal],
    ) -> None:
        """Let a customer start from attributes set before every event, a fixed tier, balances."""
        held = {unit: Fraction(amount) for unit, amount in balances.items()}
        self.openings[customer] = Opening(attributes, tier, held)

    def version(self, at: dt.datetime) -> Program | None:
        """The program in force at an instant."""
        in_force = [program for start, program in self.versions if start is None or start <= at]
        return in_force[-1] if in_force else None

    def decide(self, raw: Mapping[str, Any]) -> Decision:
        """Section 4: decide an event once, on its own time; seen again, nothing changes."""
        program = self.version(_typed(raw["at"], "datetime")) or Program("")
        event = program.read(raw)
        if event.id in self.raws:
            if program.read(self.raws[event.id]) == event:
                return self.decisions[event.id]
            return Decision(refusals=(Refusal(event.id, None, "conflict"),))
        self.raws[event.id] = raw
        self.openings.setdefault(event.customer, Opening())
        scene = Scene(
            program, event, self.attributes(event, program), self.tier_before(event, program)
        )
        self.decisions[event.id] = self._decided(scene)
        return self.decisions[event.id]

    def balances(self) -> dict[str, dict[str, Fraction]]:
        """What every customer has, by unit."""
        held = {c: defaultdict(Fraction, o.balances) for c, o in self.openings.items()}
        for payment in self.payments:
            held[payment.customer][payment.unit] += payment.amount
        return {customer: dict(units) for customer, units in held.items()}

    def tiers(self, at: dt.datetime) -> dict[str, str | None]:
        """Every customer's tier, settled at an instant on all that happened up to it."""
        program = self.version(at) or Program("")
        return {
            customer: self._tier(
                customer, at, [e for e in self._events(customer, program) if e.at <= at], program
            )
            for customer in self.openings
        }

    def _events(self, customer: str, program: Program) -> list[Event]:
        """The customer's events in order, as a program reads them."""
        events = [program.read(r) for r in self.raws.values() if str(r["customer"]) == customer]
        return sorted(events, key=lambda e: e.order)

    def attributes(self, event: Event, program: Program) -> Mapping[str, Value]:
        """Section 2: state is a fold over events, this one included."""
        kinds = program.kinds["customer"]
        given = self.openings[event.customer].attributes
        state = {k: _typed(v, kinds[k]) for k, v in given.items() if k in kinds}
        for past in self._events(event.customer, program):
            if past.order > event.order:
                break
            if past.type == "signup" or "joined" not in state:
                state["joined"] = past.at
            if past.type in ("signup", "referral") and past.values.get("referrer") is not None:
                state.setdefault("referrer", past.values["referrer"])
            if past.type == "profile":
                state |= {k: v for k, v in past.values.items() if k in kinds and v is not None}
        return state

    def tier_before(self, event: Event, program: Program) -> int:
        """Section 2: the tier is settled just before the event, on what came before it."""
        past = [e for e in self._events(event.customer, program) if e.order < event.order]
        return program.rank(self._tier(event.customer, event.at, past, program))

    def _tier(
        self, customer: str, at: dt.datetime, past: Sequence[Event], program: Program
    ) -> str | None:
        """The highest tier any of whose options has all its items; a given one is fixed."""
        fixed = self.openings[customer].tier
        if fixed is not None:
            return fixed

        def spent(item: ast.Spent) -> Fraction:
            inside = window(item.window, at, program.zone)
            purchases = [e for e in past if e.type == "purchase" and inside(e.at)]
            return sum((e.values["amount"] or Fraction(0) for e in purchases), Fraction(0))

        held = None
        for tier in program.tiers:
            if any(all(spent(i) >= i.amount for i in option) for option in tier.options):
                held = tier.name.dotted
        return held

    def _decided(self, scene: Scene) -> Decision:
        """Steps 3 to 9 of section 4."""
        program, event, zone = scene.program, scene.event, scene.program.zone
        reasons: dict[str, str] = {}
        paying: list[Payment] = []
        multipliers: list[tuple[Payment, ast.Reward]] = []
        rules = [
            (name, rule)
            for name, rule in program.rules
            if event.type in [e.dotted for e in rule.trigger.events]
        ]
        for name, rule in rules:
            rewards = [
                reward
                for reward, target in zip(rule.rewards, audiences(rule.rewards), strict=True)
                if is_for(target, scene)
            ]
            if not in_force(rule, event.at, zone):
                reasons[name] = "not-in-force"
            elif rule.where is not None and truth(rule.where, scene) is not True:
                reasons[name] = "condition"
            elif not rewards:
                reasons[name] = "audience"
            else:
                for reward in rewards:
                    unit = reward.form.unit.dotted
                    rate = isinstance(reward.form, ast.Rate | ast.PerItem)
                    payment = Payment(
                        name, event.customer, unit, event.id, event.at, Fraction(0), rate
                    )
                    paying.append(payment)
                    if isinstance(reward.form, ast.Multiplier):
                        multipliers.append((payment, reward))
                    else:
                        worth = worked_out(reward.form, scene, Fraction(0))
                        payment.amount = settled(worth, reward)
                        _refuse_too_large(payment, reasons)
        for payment, reward in multipliers:
            base = sum((p.amount for p in paying if p.rate and p.unit == payment.unit), Fraction(0))
            payment.amount = settled(worked_out(reward.form, scene, base), reward)
            _refuse_too_large(payment, reasons)
        for name, rule in rules:
            own = [clause for clause in rule.clauses if isinstance(clause, ast.Limit | ast.Budget)]
            own.sort(key=lambda clause: isinstance(clause, ast.Budget))
            self._cut(own, name, [p for p in paying if p.rule == name], scene, reasons)
        self._cut(program.allowances, "", paying, scene, reasons)
        paid = [payment for payment in paying if payment.amount > 0]
        self.payments += paid
        for payment in paid:
            reasons.pop(payment.rule, None)
        return Decision(
            tuple(Award(p.event, p.rule, p.customer, p.unit, p.amount) for p in paid),
            tuple(Refusal(event.id, rule, reason) for rule, reason in reasons.items()),
        )

    def _cut(
        self,
        allowances: Iterable[ast.Limit | ast.Budget],
        owner: str,
        paying: Sequence[Payment],
        scene: Scene,
        reasons: dict[str, str],
    ) -> None:
        """Steps 6 and 8: an amount fills up to what is left, a limit of times drops."""
        seen: list[str] = []
        for allowance in allowances:
            kind = "limit" if isinstance(allowance, ast.Limit) else "budget"
            unit = allowance.unit.dotted
            seen.append(f"{owner}|{kind}|{unit}|{allowance.period}")
            # Limits and budgets carry over to the next version by name.
            name = f"{seen[-1]}|{seen.count(seen[-1])}"
            left = Fraction(allowance.amount) - self._used(name, kind, allowance, scene)
            left = max(left, Fraction(0))
            for payment in paying:
                if unit not in ("times", payment.unit) or payment.amount == 0:
                    continue
                payment.allowances += (name,)
                if unit != "times":
                    payment.amount = min(payment.amount, left)
                    left -= payment.amount
                elif left < 1:
                    payment.amount = Fraction(0)
                # The test that leaves nothing of the rule is the one that is named.
                if not any(p.amount for p in paying if p.rule == payment.rule):
                    reasons[payment.rule] = kind

    def _used(
        self, name: str, kind: str, allowance: ast.Limit | ast.Budget, scene: Scene
    ) -> Fraction:
        """What was paid on an allowance so far: of the recipient, in the event's own period."""

        def period(at: dt.datetime) -> dt.date | None:
            day = at.astimezone(scene.program.zone).date()
            return period_start(day, allowance.period) if allowance.period else None

        drawn = [
            p
            for p in self.payments
            if name in p.allowances
            and (kind == "budget" or p.customer == scene.event.customer)
            and period(p.at) == period(scene.event.at)
        ]
        if allowance.unit.dotted == "times":
            return Fraction(len({p.event for p in drawn}))
        return sum((p.amount for p in drawn), Fraction(0))


def _refuse_too_large(payment: Payment, reasons: dict[str, str]) -> None:
    """Step 9: a number too large at run time refuses its award as `overflow`."""
    if payment.amount >= TOO_LARGE:
        payment.amount = Fraction(0)
        reasons.setdefault(payment.rule, "overflow")
