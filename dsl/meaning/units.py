"""Declarations of units and of things: how amounts are kept, what they are worth.

Source: docs/language.md, section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from dsl.meaning import catalogue, checked
from dsl.meaning.constants import LARGEST_DECIMALS, money, whole
from dsl.meaning.lookup import is_sane, report_duplicate
from dsl.meaning.scope import forms
from dsl.meaning.types import Unit
from dsl.text import ast
from dsl.text.diagnostics import Overflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsl.meaning.diagnostics import Declaration
    from dsl.meaning.scope import Declared, Problems

# What no unit can be called: it is counted, or paid as money.
RESERVED_UNITS = ("times", "time", *catalogue.MONEY_UNITS)
# Options that exclude each other are one for the reader.
_ONE_OF_A_KIND: dict[type[ast.Node], str] = {
    ast.ExpireAfter: "expire",
    ast.ExpireAtEnd: "expire",
    ast.Pending: "pending",
    ast.Worth: "worth",
    ast.Cost: "cost",
    ast.Stock: "stock",
    ast.RedeemAtLeast: "redeem at least",
    ast.RedeemSteps: "redeem in steps",
    ast.Precision: "precision",
    ast.Rounding: "round",
    ast.NeverBelowZero: "never below zero",
    ast.Keep: "keep",
    ast.KeepUntilEnd: "keep",
    ast.Grace: "grace",
    ast.OneStep: "one step at a time",
    ast.Perks: "perks",
    ast.For: "to",
    ast.Where: "where",
    ast.WholeAwards: "whole awards only",
    ast.InCampaign: "in campaign",
    ast.OnlyOf: "only",
    ast.Priority: "priority",
    ast.ExpiresAfter: "expires",
    ast.ExpiresOn: "expires",
    ast.NeverExpires: "expires",
    ast.AfterOptingIn: "after opting in",
    ast.Chance: "chance",
    ast.Holdout: "holdout",
    ast.FundedBy: "funded by",
    ast.Because: "because",
}


def check_single(options: Sequence[ast.Node], problems: Problems) -> None:
    """Report what is said a second time and can be said once."""
    seen: set[str] = set()
    for option in options:
        kind = _ONE_OF_A_KIND.get(type(option))
        if kind in seen:
            report_duplicate(kind, option.span, "clause", problems)
        elif kind is not None:
            seen.add(kind)


def declare_unit(node: ast.UnitDecl, declared: Declared, own: set[str], problems: Problems) -> None:
    """Add a unit, or say more of `points`; `own` are those declared before."""
    name = node.name.dotted
    known = next((form for form in forms(name) if form in declared.units), name)
    taken = (
        *catalogue.RESERVED_NAMES,
        *RESERVED_UNITS,
        *catalogue.BUILT_IN_EVENTS["redeem"].attributes,
    )
    if known in own or name in taken:
        report_duplicate(name, node.name.span, "unit", problems)
        return
    own.add(known)
    check_single(node.options, problems)
    precision = next((o for o in node.options if isinstance(o, ast.Precision)), None)
    decimals = precision.decimals if precision else 0
    if precision is not None and decimals > LARGEST_DECIMALS:
        problems.report(Overflow(span=precision.span, digits=0, decimals=decimals))
        decimals = 0
    found: dict[str, Any] = {}
    for option in node.options:
        _option(option, decimals, found, declared, problems)
    declared.units[known] = Unit(known, decimals, **found)


def _option(
    option: ast.UnitOption,
    decimals: int,
    found: dict[str, Any],
    declared: Declared,
    problems: Problems,
) -> None:
    match option:
        case ast.ExpireAfter():
            if is_sane(option.duration, problems):
                found["expiry"] = option
        case ast.ExpireAtEnd():
            found["expiry"] = option
        case ast.Pending(duration):
            if is_sane(duration, problems):
                found["pending"] = duration
        case ast.Worth(amount):
            found["worth"] = money(amount, declared, problems)
        case ast.RedeemAtLeast(number):
            found["redeem_least"] = whole(number, decimals, option, problems)
        case ast.RedeemSteps(number):
            found["redeem_step"] = whole(number, decimals, option, problems) or None
        case ast.Rounding(mode):
            found["rounding"] = mode
        case ast.NeverBelowZero():
            found["never_below_zero"] = True
        case ast.Precision():
            pass


def declare_thing(node: ast.ThingDecl, declared: Declared, problems: Problems) -> None:
    """Add what is said of a coupon, gift, badge or perk."""
    key = (node.kind, node.name)
    if key in declared.things:
        span = problems.quoted(node.name, node.span)
        report_duplicate(node.name, span, cast("Declaration", node.kind), problems)
        return
    check_single(node.options, problems)
    worth = cost = stock = None
    for option in node.options:
        match option:
            case ast.Worth(amount):
                worth = money(amount, declared, problems)
            case ast.Cost(amount):
                cost = money(amount, declared, problems)
            case ast.Stock(count):
                stock = count
    declared.things[key] = checked.ThingInfo(node.kind, node.name, worth, cost, stock)
