"""Constants as people write them: exact numbers, money, units, dates, times and durations."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsl.meaning.constants import EPOCH_ORDINAL
from dsl.meaning.types import Exact, Kind

if TYPE_CHECKING:
    from dsl.meaning import checked
    from dsl.meaning.plain.words import Words
    from dsl.meaning.types import Type, Unit
    from dsl.text.ast import Duration, Period

DAY = 86_400_000_000
# Offsets are asked for within the calendar; at its very ends the nearest one is taken.
_FIRST, _LAST = dt.date(2, 1, 1).toordinal(), dt.date(9998, 12, 31).toordinal()
_LARGEST_ORDINAL = dt.date.max.toordinal()


def exact(value: int, decimals: int) -> str:
    """A scaled integer as an exact decimal without trailing zeros."""
    sign = "-" if value < 0 else ""
    digits = str(abs(value)).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def date_text(days: int) -> str:
    """A date by its days since 1970-01-01, at most the calendar's ends."""
    ordinal = min(max(days + EPOCH_ORDINAL, 1), _LARGEST_ORDINAL)
    return dt.date.fromordinal(ordinal).isoformat()


def time_text(microseconds: int) -> str:
    """A time of day, to the minute where there are no seconds."""
    seconds, part = divmod(microseconds % DAY, 1_000_000)
    minutes, second = divmod(seconds, 60)
    time = dt.time(*divmod(minutes, 60), second, part)
    if time.microsecond:
        return time.isoformat()
    return time.isoformat("seconds" if time.second else "minutes")


@dataclass(frozen=True, slots=True)
class Values:
    """Tells constants in the program's currency, timezone and units."""

    words: Words
    program: checked.Program

    # --- numbers ---------------------------------------------------------------------------------

    def number(self, value: Exact) -> str:
        """An exact number."""
        return exact(value.value, value.decimals)

    def share(self, value: Exact) -> str:
        """A share of 1 as a percentage."""
        percent = Exact(value.value * 100, value.decimals)
        return self.words.say("value", "percent", n=self.number(percent))

    def money(self, number: str) -> str:
        """An amount of the program's currency."""
        return self.words.say("value", "money", n=number, currency=self.program.currency)

    def unit(self, unit: Unit, number: str = "") -> str:
        """A unit's name in the form that a number takes; without one that of many."""
        name = self.words.name(unit.name)
        forms = self.words.wording["unit"]
        form = self.words.plural(number)
        pattern, instead = forms.get(form, (r"\Z", ""))
        return re.sub(str(pattern), str(instead), name)

    def amount(self, number: str, unit: Unit) -> str:
        """So many of a unit, or of money."""
        if unit.is_money:
            return self.money(number)
        return self.words.counted(number, self.unit(unit, number))

    def whole(self, value: int, unit: Unit) -> str:
        """An amount in a unit's precision."""
        return self.amount(exact(value, unit.precision), unit)

    # --- times -----------------------------------------------------------------------------------

    def duration(self, duration: Duration) -> str:
        """`30 days`, `1 month`."""
        number = str(duration.count)
        noun = self.words.form("duration", duration.unit, self.words.plural(number))
        return self.words.counted(number, noun)

    def per(self, period: Period | None) -> str:
        """` a month`; nothing for ever."""
        return "" if period is None else self.words.say("period", period)

    def local(self, instant: int) -> tuple[int, int]:
        """An instant as days since 1970-01-01 and microseconds since midnight, local time."""
        ordinal = min(max(instant // DAY + EPOCH_ORDINAL, _FIRST), _LAST)
        near = dt.datetime.combine(dt.date.fromordinal(ordinal), dt.time(), dt.UTC)
        near += dt.timedelta(microseconds=instant % DAY)
        offset = near.astimezone(ZoneInfo(self.program.timezone)).utcoffset() or dt.timedelta()
        return divmod(instant + offset // dt.timedelta(microseconds=1), DAY)

    def moment(self, instant: int) -> str:
        """An instant as local date and time."""
        days, rest = self.local(instant)
        return f"{date_text(days)} {time_text(rest)}"

    def day_or_moment(self, instant: int) -> str:
        """An instant as local date where it begins the day, else with its time."""
        days, rest = self.local(instant)
        return f"{date_text(days)} {time_text(rest)}" if rest else date_text(days)

    # --- constants of any kind -------------------------------------------------------------------

    def constant(self, const: checked.Const, beside: Type | None = None) -> str:
        """A constant; a number beside money is money."""
        if isinstance(const.value, str):
            return self.words.quoted(const.value)
        return self._scalar(const.value, const.type, beside)

    def _scalar(self, value: int, type_: Type, beside: Type | None) -> str:
        match type_.kind:
            case Kind.NUMBER if beside is None or beside.kind is not Kind.MONEY:
                return exact(value, type_.decimals)
            case Kind.NUMBER | Kind.MONEY:
                return self.money(exact(value, type_.decimals))
            case Kind.DATE:
                return date_text(value)
            case Kind.DATETIME:
                return self.moment(value)
            case Kind.TIME:
                return time_text(value)
            case Kind.FLAG:
                return self.words.say("value", "true" if value else "false")
            case Kind.WEEKDAY:
                return str(self.words.wording["value"]["weekdays"][value % 7])
            case Kind.MONTH:
                return str(self.words.wording["value"]["months"][(value - 1) % 12])
            case Kind.TIER:
                return self.tier(value)
            case _:
                return str(value)

    def tier(self, rank: int) -> str:
        """A tier's name by its rank."""
        if 0 < rank <= len(self.program.tiers):
            return self.words.name(self.program.tiers[rank - 1].name)
        return self.words.say("value", "no-tier")
