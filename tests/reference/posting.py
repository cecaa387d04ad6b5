"""What is paid enters the ledger (docs/language.md, section 4, step 9)."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from dsl.text import ast
from tests.reference.instants import NEVER, end_of_day, last_day_of, local_day, period_end, stepped
from tests.reference.ledger import Holding, Lot, TierAward
from tests.reference.payments import THINGS, Decision, Line, Payment, Status
from tests.reference.programs import Program
from tests.reference.scenes import World
from tests.reference.values import NOTHING


def post(
    world: World, decision: Decision, payment: Payment, now: dt.datetime | None = None
) -> Line | None:
    """Record a payment of a decision, at its own time or later; None where nothing came of it."""
    payment.decision = decision
    now = now or decision.moment.now
    if payment.withheld:
        return line_of(decision, payment, "withheld")
    payment.seq = world.number()
    if payment.kind in decision.program.units and payment.amount < 0:
        account = (payment.recipient, payment.kind)
        taken = world.ledger.take(account, -payment.amount, now)
        payment.taken = taken
        payment.amount = -sum((amount for _, amount in taken), NOTHING)
        if payment.amount == 0:
            return None
    world.payments.append(payment)
    decision.payments.append(payment)
    status = _enter(world, decision, payment, now)
    return line_of(decision, payment, status)


def line_of(decision: Decision, payment: Payment, status: Status) -> Line:
    """The payment as a case tells it."""
    told = payment.name if payment.kind in (*THINGS, "tier", "message") else None
    return Line(
        None if decision.timed else decision.event.id,
        decision.event.at,
        payment.rule,
        payment.recipient,
        payment.kind,
        payment.amount if told is None else told,
        status,
    )


def _enter(world: World, decision: Decision, payment: Payment, now: dt.datetime) -> Status:
    at, program, held = decision.event.at, decision.program, decision.on_hold
    starts = at
    if payment.amount < 0:
        return "posted"
    if payment.kind in program.units:
        starts = grant(world, decision, payment, payment.amount, now)
    elif payment.kind in THINGS:
        starts = _starts(payment, None, at, program)
        payment.holding = Holding(
            payment.seq,
            at,
            starts,
            _thing_ends(payment, at, program),
            held,
            kind=payment.kind,
            name=payment.name or "",
        )
        world.ledger.things[payment.recipient].append(payment.holding)
    elif payment.kind == "tier":
        ends = NEVER
        if payment.duration is not None:
            ends = end_of_day(last_day_of(at, payment.duration, program.zone), program.zone)
        payment.tier_award = TierAward(payment.seq, at, payment.name or "", ends, held)
        world.ledger.tiers[payment.recipient].append(payment.tier_award)
    elif payment.kind in ("cashback", "donation"):
        starts = _starts(payment, None, at, program)
    if held:
        return "held"
    return "pending" if starts > at else "posted"


def grant(
    world: World, decision: Decision, payment: Payment, amount: Fraction, now: dt.datetime
) -> dt.datetime:
    """A lot of the payment's unit; pending and expiry count from the award."""
    at, program = decision.event.at, decision.program
    unit = program.units[payment.kind]
    starts = _starts(payment, unit.pending, at, program)
    ends = _ends(payment, unit.expiry, at, program)
    lot = Lot(world.number(), at, starts, ends, decision.on_hold, amount=amount)
    world.ledger.lots[payment.recipient, payment.kind].append(lot)
    payment.lots.append(lot)
    world.ledger.absorb((payment.recipient, payment.kind), now)
    return starts


def _starts(
    payment: Payment, own: ast.Duration | None, at: dt.datetime, program: Program
) -> dt.datetime:
    """When its pending ends: the rule's, else the unit's."""
    said = [clause.duration for clause in payment.clauses if isinstance(clause, ast.Pending)]
    pending = said[0] if said else own
    return at if pending is None else stepped(at, pending, program.zone)


def _ends(
    payment: Payment,
    own: ast.ExpireAfter | ast.ExpireAtEnd | None,
    at: dt.datetime,
    program: Program,
) -> dt.datetime:
    """The first instant after its last local day: the rule's, else the unit's."""
    zone = program.zone
    for clause in (*payment.clauses, own):
        match clause:
            case ast.ExpiresAfter(duration) | ast.ExpireAfter(duration):
                return end_of_day(last_day_of(at, duration, zone), zone)
            case ast.ExpiresOn(date):
                return end_of_day(date.value, zone)
            case ast.NeverExpires():
                return NEVER
            case ast.ExpireAtEnd(which, period):
                return end_of_day(period_end(local_day(at, zone), which, period), zone)
    return NEVER


def _thing_ends(payment: Payment, at: dt.datetime, program: Program) -> dt.datetime:
    if payment.valid is not None:
        return end_of_day(last_day_of(at, payment.valid, program.zone), program.zone)
    return _ends(payment, None, at, program)
