"""The text of a message: its parts, with every value as an exact, plain text.

A reader's locale writes numbers and dates its own way where a screen shows the parts; what is kept
is this. Source: docs/language.md, section 3, "things".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dsl.engine.calendar import moment
from dsl.engine.cells import DAY_US, NA
from dsl.engine.clock import date_of
from dsl.meaning.types import Kind
from dsl.text.english import WEEKDAYS

if TYPE_CHECKING:
    from dsl.engine.scene import Scene
    from dsl.meaning import checked

DECIMALS = 6


def message(scene: Scene, name: str, form: checked.Message) -> str | None:
    """The message; None where one of its values is absent."""
    texts = []
    for number, part in enumerate(form.parts):
        if isinstance(part, str):
            texts.append(part)
            continue
        function = f"e{name}_{number}"
        found = scene.compiled.functions[function](*scene.rows)
        if found == NA:
            return None
        texts.append(shown(scene, part, found, scene.compiled.divisor(function)))
    return "".join(texts)


def shown(scene: Scene, node: checked.Expr, found: int, divisor: int) -> str:
    """A value as a text."""
    match node.type.kind:
        case Kind.NUMBER | Kind.MONEY:
            return number(found, divisor)
        case Kind.DATE:
            return date_of(found).isoformat()
        case Kind.DATETIME:
            local = moment(found).astimezone(scene.compiled.clock.zone)
            return local.strftime("%Y-%m-%d %H:%M")
        case Kind.TIME:
            minutes = found % DAY_US // 60_000_000
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
        case Kind.FLAG:
            return "true" if found else "false"
        case Kind.TIER:
            return scene.compiled.program.tier_name(found) or ""
        case Kind.WEEKDAY:
            return WEEKDAYS[found]
        case Kind.MONTH:
            return str(found)
        case _:
            return scene.compiled.codes.text(found)


def number(found: int, divisor: int) -> str:
    """A number without trailing zeros; what is no decimal (a number of days) with 6, half even."""
    decimals = 0
    while divisor % 10 == 0:
        divisor //= 10
        decimals += 1
    if divisor != 1:
        scaled, divisor = found * 10**DECIMALS, divisor * 10**decimals
        found, rest = divmod(scaled, divisor)
        found += 2 * rest > divisor or (2 * rest == divisor and found % 2 == 1)
        decimals = DECIMALS
    text = f"{Decimal(found).scaleb(-decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
