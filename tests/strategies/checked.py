"""Checked nodes of every shape their types allow, whether or not a text could say them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
import types
from decimal import Decimal
from random import Random
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from dsl.meaning import checked
from dsl.meaning import types as of_types
from dsl.meaning.catalogue import MONEY_UNITS
from dsl.meaning.checked import Const, Group, Reward, expressions, program, rewards
from dsl.meaning.types import Kind, Unit
from dsl.text import ast
from dsl.text.ast import expressions as of_tree
from dsl.text.source import NOWHERE, Span

DEEPEST = 6
# Tiers there are in programs that such nodes stand in, and none.
RANKS = (0, 1, 2, 3)
NUMBERS = (0, 1, 2, 11, 25000, -5, 10**17, -(10**17))
THINGS = (rewards.Thing, rewards.TierAward, rewards.Message, rewards.OneOf)
TEXTUAL = (Kind.TEXT, Kind.CUSTOMER, Kind.TAGS)
TEXTS = ("purchase", "amount", "gold", "two words", "dinner", "a{b}", 'say "so"', "", "items")
# Names in hints stand for what the modules import for type checking alone.
NAMES: dict[str, Any] = {
    **vars(of_types),
    **vars(ast),
    **vars(of_tree),
    **vars(checked),
    "ast": ast,
    "Decimal": Decimal,
    "Span": Span,
    "dt": dt,
}
MODULES = (expressions, rewards, program)


def drawn(kind: Any, random: Random, depth: int = 0) -> Any:  # noqa: ANN401 - any value of any type
    """A value of a type, deeper ones ever plainer."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return drawn(_choice(get_args(kind), random, depth), random, depth)
    if origin is Literal:
        return random.choice(get_args(kind))
    if origin is tuple:
        return _tuple(get_args(kind), random, depth)
    if origin is frozenset:
        inner = get_args(kind)[0]
        return frozenset(drawn(inner, random, depth + 1) for _ in range(random.randrange(4)))
    if origin is dict:
        return {}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _node(kind, random, depth)
    return _plain(kind, random)


def _plain(kind: Any, random: Random) -> Any:  # noqa: ANN401 - likewise
    made: dict[Any, Any] = {
        int: random.choice(RANKS),
        str: random.choice(TEXTS),
        bool: random.random() < 0.5,
        Decimal: Decimal(random.choice(("0", "1", "19.90", "-31.2"))),
        dt.date: random.choice((dt.date.min, dt.date(2026, 11, 22), dt.date.max)),
        dt.datetime: dt.datetime(2026, 11, 22, 10, 30),  # noqa: DTZ001 - local
        dt.time: random.choice((dt.time(9), dt.time(9, 30, 5))),
        type(None): None,
    }
    if kind in made:
        return made[kind]
    return random.choice(list(kind))


def _choice(kinds: tuple[Any, ...], random: Random, depth: int) -> Any:  # noqa: ANN401 - likewise
    """One of several types; in the depth one without parts."""
    plain = [kind for kind in kinds if depth < DEEPEST or not _has_parts(kind)]
    return random.choice(plain or list(kinds))


def _has_parts(kind: Any) -> bool:  # noqa: ANN401 - likewise
    if not dataclasses.is_dataclass(kind) or not isinstance(kind, type):
        return False
    names = {f.name for f in dataclasses.fields(kind)}
    return bool(names & {"parts", "operand", "left", "value", "where", "past", "arguments", "by"})


def _tuple(inner: tuple[Any, ...], random: Random, depth: int) -> tuple[Any, ...]:
    if inner[-1] is Ellipsis:
        count = random.choice((1, 2, 3)) if depth < DEEPEST else 1
        return tuple(drawn(inner[0], random, depth + 1) for _ in range(count))
    return tuple(drawn(one, random, depth + 1) for one in inner)


def _node(kind: type, random: Random, depth: int) -> Any:  # noqa: ANN401 - likewise
    hints = get_type_hints(kind, {**vars(sys.modules[kind.__module__]), **_names(kind)})
    values: dict[str, Any] = {
        field.name: NOWHERE if field.name == "span" else drawn(hints[field.name], random, depth + 1)
        for field in dataclasses.fields(kind)
    }
    if kind is Const and values["type"].kind is Kind.TIER:
        values["value"] = random.choice(RANKS)
    elif kind is Const and values["type"].kind not in TEXTUAL:
        values["value"] = random.choice(NUMBERS)
    elif kind is Unit and values["is_money"]:
        values["name"] = random.choice(MONEY_UNITS)
    elif kind is Reward:
        values["unit"] = _unit_of(values["form"], random, depth)
    elif kind is Group:
        values["ranks"] = frozenset(rank for rank in RANKS if random.random() < 0.4)
    return kind(**values)


def _names(kind: type) -> dict[str, Any]:
    """What names mean where a node is defined: in the tree, or among checked nodes."""
    if kind.__module__.startswith("dsl.text"):
        return {**NAMES, **vars(ast), "dt": dt, "Decimal": Decimal}
    own = {name: value for module in MODULES for name, value in vars(module).items()}
    return {**NAMES, **own}


def _unit_of(form: object, random: Random, depth: int) -> Unit | None:
    """A unit that a form can be of; none of things, tiers, messages and `one of`."""
    if isinstance(form, THINGS):
        return None
    unit: Unit = drawn(Unit, random, depth)
    if isinstance(form, rewards.Share | rewards.CheapestFree):
        return dataclasses.replace(unit, name="discount", is_money=True)
    if isinstance(form, rewards.Multiplier | rewards.Bands | rewards.Deduction):
        return dataclasses.replace(unit, name="points", is_money=False)
    return unit
