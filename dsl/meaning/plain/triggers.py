"""When a rule is asked, in phrases: `when a customer in tier gold makes a purchase`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.plain.audience import MANY
from dsl.meaning.plain.conditions import TURNED
from dsl.meaning.types import Kind, Type, Unit
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.plain.conditions import Conditions, Op
    from dsl.meaning.plain.words import Words

_MONEY = Type(Kind.MONEY)
_AMOUNTS = {">=": "amount-least", ">": "amount-over", "<=": "amount-most", "<": "amount-under"}


@dataclass(frozen=True, slots=True)
class Triggers:
    """Tells triggers."""

    told: Conditions

    @property
    def words(self) -> Words:
        """The language's phrases."""
        return self.told.words

    def _say(self, key: str, **parts: str) -> str:
        return self.words.say("trigger", key, **parts)

    def trigger(  # noqa: PLR0911 - one for each kind
        self, trigger: ast.Trigger, who: str = "", does: str | None = None
    ) -> str:
        """When it is; `who` is which customers, `does` what they do in other words."""
        match trigger:
            case ast.EventTrigger(events):
                return self.events(tuple(event.dotted for event in events), who, does)
            case ast.Birthday():
                return self._say("birthday", who=who)
            case ast.Anniversary():
                return self._say("anniversary", who=who)
            case ast.Around():
                return self._around(trigger, who)
            case ast.Without(duration, event):
                name = self.told.events(event.dotted, "one")
                lasted = self.told.duration(duration)
                return self._say("without", who=who, duration=lasted, event=name)
            case ast.TierChange(direction, tier):
                if tier is None:
                    return self._say(direction, who=who)
                return self._say(f"{direction}-to", who=who, tier=self.words.name(tier.dotted))
            case ast.SegmentChange(direction, segment):
                return self._say(direction, who=who, segment=self.words.name(segment.dotted))
            case ast.Expiring(unit, duration):
                lasted = self.told.duration(duration)
                found = self.told.program.units.get(unit.dotted) or Unit(unit.dotted)
                name = self.told.unit(found, MANY)
                return self._say("expiring", who=who, duration=lasted, unit=name)
            case ast.ChallengeCompleted(name):
                return self._say("challenge", who=who, name=self.words.quoted(name))
            case _:
                return self._calendar(trigger)

    def events(self, events: tuple[str, ...], who: str = "", does: str | None = None) -> str:
        """When a customer does one of several things."""
        if does is None:
            does = self.words.listed([self.told.does(event) for event in events], "or")
        return self._say("event", who=who, does=does)

    def _around(self, trigger: ast.Around, who: str) -> str:
        duration, side, of = self.told.duration(trigger.duration), trigger.side, trigger.of
        name = of.parts[-1]
        if of.parts in (("birthday",), ("anniversary",)):
            return self._say(f"around-{name}-{side}", duration=duration, who=who)
        if len(of.parts) == 1 and side == "after":
            does = self.told.does(name)
            return self._say("around-event", duration=duration, who=who, does=does)
        return self._say(
            f"around-date-{side}", duration=duration, who=who, name=self.told.label(name)
        )

    def _calendar(self, trigger: ast.Calendar) -> str:
        at = ""
        if trigger.at is not None:
            value = trigger.at.value
            shown = value.isoformat("seconds" if value.second else "minutes")
            at = self._say("at", time=shown)
        match trigger:
            case ast.EveryDay():
                return self._say("day", at=at)
            case ast.EveryWeekday(weekday):
                day: str = self.words.wording["value"]["weekdays"][weekday]
                return self._say("weekday", weekday=day, at=at)
            case ast.EveryMonth(None):
                return self._say("month-end", at=at)
            case ast.EveryMonth():
                return self._say("month-day", day=str(trigger.day), at=at)

    # --- what is bought --------------------------------------------------------------------------

    def purchase_of(
        self, trigger: ast.Trigger, where: checked.Condition | None
    ) -> tuple[str | None, checked.Condition | None]:
        """`makes a purchase of 200 CNY or more`, and what else the condition asks for.

        None and the condition as it is, where it says nothing so plain about the amount.
        """
        is_purchase = isinstance(trigger, ast.EventTrigger) and all(
            event.dotted == "purchase" for event in trigger.events
        )
        if where is None or not is_purchase:
            return None, where
        parts = self.told.parts(where)
        asked = [self._amount_asked(part) for part in parts]
        found = [amount for amount in asked if amount is not None]
        if len(found) != 1:
            return None, where
        does = self._say("purchase-of", amount=found[0])
        rest = tuple(part for part, told in zip(parts, asked, strict=True) if told is None)
        if len(rest) > 1:
            return does, checked.Conjunction(rest, type=where.type)
        return does, rest[0] if rest else None

    def _asked(self, op: Op, most: checked.Const) -> str | None:
        if op not in _AMOUNTS:
            return None
        return self._say(_AMOUNTS[op], amount=self.told.constant(most, _MONEY))

    def _amount_asked(self, part: checked.Condition) -> str | None:
        """What one test asks of the amount, where it is held against constants."""
        match part:
            case checked.Comparison(op, checked.EventField(name="amount"), checked.Const() as most):
                return self._asked(op, most)
            case checked.Comparison(op, checked.Const() as most, checked.EventField(name="amount")):
                return self._asked(TURNED[op], most)
            case checked.Between(
                checked.EventField(name="amount"), checked.Const() as low, checked.Const() as high
            ):
                low_told = self.told.constant(low, _MONEY)
                return self._say(
                    "amount-between", low=low_told, high=self.told.constant(high, _MONEY)
                )
            case _:
                return None
