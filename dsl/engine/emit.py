"""A plan as restricted Python text: one function that decides one event.

    decide(E, e, I, i, j, S, s, H, h, G, O, w)

E at e is the event's row, I from row i to row j its lines, S at s the customer's state, H at h its
history, G the budgets, O what comes out, w what is wanted: 0 only the state, 1 awards too, 3 also
why. Integers only; if, while and assignment only; upper-case names are arrays, lower-case ones
scalars; nothing of a user's text is in it but checked integers. It returns how many cells of O it
wrote: the settled tier in the first, then rows of `ROW` cells.
Source of every step: docs/language.md, section 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine.calendar import FIXED_US
from dsl.engine.lines import prepare
from dsl.engine.paying import emit_rules
from dsl.engine.plan import (
    FIELD_AT,
    FIELD_TYPE,
    FIRST_FIELD,
    HISTORY_WIDTH,
    NA,
    SLOT_FIXED_TIER,
    SLOT_HISTORY,
    aggregate_key,
)
from dsl.engine.writer import Writer

if TYPE_CHECKING:
    from dsl.engine.plan import Aggregate, Plan

SIGNATURE = "E, e, I, i, j, S, s, H, h, G, O, w"


def emit(plan: Plan) -> str:
    """The text of `decide` for a plan; equal plans give equal texts."""
    write = Writer()
    with write.block(f"def decide({SIGNATURE}):"):
        write("o = 1", f"type = E[e + {FIELD_TYPE}]", f"at = E[e + {FIELD_AT}]")
        state_fields = _state_fields(plan)
        write(*(f"f{index} = E[e + {index}]" for index in state_fields))
        _windows(write, plan)
        _tier(write, plan)
        _observe(write, plan)
        with write.block("if w == 0:"):
            write("return o")
        others = range(FIRST_FIELD, FIRST_FIELD + len(plan.fields))
        write(*(f"f{index} = E[e + {index}]" for index in others if index not in state_fields))
        for name, code in plan.types.items():
            rules = plan.rules_on(name)
            if rules:
                with write.block(f"if type == {code}:"):
                    registers = prepare(write, plan, rules)
                    emit_rules(write, plan, rules, registers)
        write("return o")
    return write.text()


def _state_fields(plan: Plan) -> list[int]:
    """The columns of E that the customer's state follows from."""
    wanted: set[tuple[str, str]] = set()
    for a in plan.aggregates:
        if a.kind == "attribute":
            wanted.add(("attribute", a.name))
            continue
        wanted.add(("attribute", "amount"))
        wanted.add(("period" if a.kind in ("this", "previous") else "ago", a.name))
    return [i for place, i in plan.field_index.items() if (place.source, place.name) in wanted]


def _windows(write: Writer, plan: Plan) -> None:
    """Bring every window up to `at`: what has left it no longer counts."""
    if plan.keeps_history:
        write(f"n = S[s + {SLOT_HISTORY}]")
    for a in plan.aggregates:
        slot = a.slot
        if a.kind == "last":
            write(f"k = S[s + {slot}]", f"x = S[s + {slot + 1}]", f"lo = {_start_of(plan, a)}")
            with write.block(f"while k < n and H[h + {HISTORY_WIDTH} * k] <= lo:"):
                write(f"x = x - H[h + {HISTORY_WIDTH} * k + 1]", "k = k + 1")
            if a.name not in FIXED_US:
                # Days clipped to a month's end, or a clock set back: the start can go back too.
                with write.block(
                    f"while k > 0 and H[h + {HISTORY_WIDTH} * k - {HISTORY_WIDTH}] > lo:"
                ):
                    write("k = k - 1", f"x = x + H[h + {HISTORY_WIDTH} * k + 1]")
            write(f"S[s + {slot}] = k", f"S[s + {slot + 1}] = x", f"a{slot} = x")
        elif a.kind == "this":
            key = _period(plan, a)
            with write.block(f"if S[s + {slot}] != {key}:"):
                write(f"S[s + {slot}] = {key}", f"S[s + {slot + 1}] = 0")
            write(f"a{slot} = S[s + {slot + 1}]")
        elif a.kind == "previous":
            key = _period(plan, a)
            with write.block(f"if S[s + {slot}] != {key}:"):
                write("x = 0")
                with write.block(f"if S[s + {slot}] == {key} - 1:"):
                    write(f"x = S[s + {slot + 1}]")
                write(f"S[s + {slot}] = {key}", f"S[s + {slot + 1}] = 0", f"S[s + {slot + 2}] = x")
            write(f"a{slot} = S[s + {slot + 2}]")
        elif a.kind in ("since", "ever"):
            write(f"a{slot} = S[s + {slot}]")


def _start_of(plan: Plan, aggregate: Aggregate) -> str:
    if aggregate.name in FIXED_US:
        return f"at - {aggregate.count * FIXED_US[aggregate.name]}"
    for place, index in plan.field_index.items():
        if (place.source, place.name, place.count) == ("ago", aggregate.name, aggregate.count):
            return f"f{index}"
    raise KeyError(aggregate.key)


def _period(plan: Plan, aggregate: Aggregate) -> str:
    for place, index in plan.field_index.items():
        if (place.source, place.name) == ("period", aggregate.name):
            return f"f{index}"
    raise KeyError(aggregate.key)


def _tier(write: Writer, plan: Plan) -> None:
    """Settle the tier on what came before the event: the highest whose items hold."""
    slots = {a.key: a.slot for a in plan.aggregates}
    zone = plan.program.timezone
    write("tier = 0")
    for tier in plan.program.tiers:
        options = [
            " and ".join(f"a{slots[aggregate_key(s.window, zone)]} >= {s.amount}" for s in option)
            for option in tier.options
        ]
        with write.block("if " + " or ".join(f"({option})" for option in options) + ":"):
            write(f"tier = {tier.rank}")
    with write.block(f"if S[s + {SLOT_FIXED_TIER}] > 0:"):
        write(f"tier = S[s + {SLOT_FIXED_TIER}] - 1")
    write("O[0] = tier")


def _observe(write: Writer, plan: Plan) -> None:
    """Add the event to the customer's state; what rules see includes it, but for the tier."""
    attributes = [a for a in plan.aggregates if a.kind == "attribute"]
    if attributes:
        _attributes(write, plan, attributes)
    windows = [a for a in plan.aggregates if a.kind != "attribute"]
    if not windows:
        return
    amount = _attribute_field(plan, "amount")
    with write.block(f"if type == {plan.types['purchase']} and {amount} != {NA}:"):
        if plan.keeps_history:
            write(f"H[h + {HISTORY_WIDTH} * n] = at", f"H[h + {HISTORY_WIDTH} * n + 1] = {amount}")
            write(f"S[s + {SLOT_HISTORY}] = n + 1")
        for a in windows:
            if a.kind == "since":
                with write.block(f"if at >= {a.start}:"):
                    write(f"S[s + {a.slot}] = S[s + {a.slot}] + {amount}")
            else:
                slot = a.slot + (1 if a.kind in ("last", "this", "previous") else 0)
                write(f"S[s + {slot}] = S[s + {slot}] + {amount}")


def _attributes(write: Writer, plan: Plan, attributes: list[Aggregate]) -> None:
    """Profile sets attributes; signup or the first event joined, signup or referral referrer."""
    profile, signup = plan.types["profile"], plan.types["signup"]
    for a in attributes:
        given = _attribute_field(plan, a.name)
        sets = f"type == {profile} and {given} != {NA}"
        if a.name == "joined":
            with write.block(f"if S[s + {a.slot}] == {NA} or type == {signup}:"):
                write(f"S[s + {a.slot}] = at")
        elif a.name == "referrer":
            names = f"(type == {signup} or type == {plan.types['referral']})"
            sets = f"{names} and {given} != {NA} and S[s + {a.slot}] == {NA}"
        with write.block(f"if {sets}:"):
            write(f"S[s + {a.slot}] = {given}")
        write(f"c_{a.slot} = S[s + {a.slot}]")


def _attribute_field(plan: Plan, name: str) -> str:
    for place, index in plan.field_index.items():
        if (place.source, place.name) == ("attribute", name):
            return f"f{index}"
    raise KeyError(name)
