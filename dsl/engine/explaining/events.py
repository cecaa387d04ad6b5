"""What became of an event as a whole: refused, or what a guard did with it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from dsl.engine.decision import Shortfall
from dsl.engine.explaining.step import Step
from dsl.engine.terms import capacity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.engine.decision import Decision, Reason
    from dsl.engine.explaining.phrases import Phrases
    from dsl.engine.explaining.refusals import Refusals


@dataclass(frozen=True, slots=True)
class Events:
    """Tells of the event of one decision."""

    phrases: Phrases
    refusals: Refusals

    def steps(self, decision: Decision) -> Iterator[Step]:
        """The guard's, and why the event was refused."""
        if decision.refused is not None:
            short = decision.shortfall or Shortfall()
            yield Step("refused", "", self._refused(decision.refused, short))
        elif decision.guard is not None:
            yield Step("guard", "", self._guarded(decision.guard))

    def _guarded(self, name: str) -> str:
        say, told = self.phrases.say, self.phrases.name(name)
        for guard in self.phrases.program.guards:
            if guard.name == name:
                text = say("event", guard.action, guard=told)
                if guard.because is None:
                    return text
                because = self.phrases.name(guard.because)
                return say("event", "because", text=text, because=because)
        return say("event", "flag", guard=told)

    def _refused(self, reason: Reason, short: Shortfall) -> str:
        say, phrases = self.phrases.say, self.phrases
        offer = phrases.program.redeemables.get(short.offer or "")
        match reason:
            case "condition":
                where = offer.where if offer is not None else None
                return say("event", "condition", test=self.refusals.failed(where, short.test, None))
            case "audience" if offer is not None and offer.audience is not None:
                return self.refusals.for_group("event", [offer.audience], short.there)
            case "audience":
                return say("event", "audience-other")
            case "limit":
                return self._limited(short)
            case "insufficient" | "minimum" | "step" if short.of in phrases.program.units:
                return self._lacking(reason, short)
            case "stock":
                return say("event", "stock", cap=short.asked)
            case "guard" if short.of:
                return say("event", "guard", guard=phrases.name(short.of))
            case "conflict" | "unknown-original" | "exceeds-original" | "not-in-force":
                return say("event", reason)
            case _:
                known = phrases.wording["refused"]
                text = str(known.get(f"{reason}-other", known.get(reason, reason)))
                return say("event", "other", reason=reason if "{" in text else text)

    def _lacking(self, reason: Reason, short: Shortfall) -> str:
        """How much there is of a unit, and how much was needed; the unit is named once."""
        told, unit = self.phrases.told, self.phrases.program.units[short.of]
        asked = told.amount(_plain(short.asked), unit)
        there = _plain(short.there)
        if reason != "insufficient":
            there = told.amount(there, unit)
        return self.phrases.say("event", reason, there=there, asked=asked)

    def _limited(self, short: Shortfall) -> str:
        phrases = self.phrases
        once = phrases.once.get(short.of)
        if once is not None:
            return phrases.say("event", "limit-once", once=phrases.once_of(once))
        found = phrases.allowances.get(short.of)
        if found is None:
            return phrases.say("event", "other", reason=phrases.wording["refused"]["limit"])
        allowance, holder = found
        return phrases.say(
            "event",
            "limit",
            allowance=phrases.allowance(allowance, holder),
            used=phrases.counted(int(short.there), allowance),
            cap=phrases.counted(capacity(allowance), allowance),
        )


def _plain(number: str) -> str:
    """An exact decimal without trailing zeros."""
    text = f"{Decimal(number or '0'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
