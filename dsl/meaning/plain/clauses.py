"""Limits, dates and the other clauses, each as a sentence of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.meaning.plain.values import date_text, exact
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsl.meaning import checked
    from dsl.meaning.plain.conditions import Conditions
    from dsl.meaning.plain.words import Words

# How limits and budgets are told, in this order.
_ALLOWED = (
    ("limits", "limit", False),
    ("limits-times", "limit", True),
    ("budgets", "budget", False),
    ("budgets-times", "budget", True),
)


@dataclass(frozen=True, slots=True)
class Clauses:
    """Tells clauses."""

    told: Conditions

    @property
    def words(self) -> Words:
        """The language's phrases."""
        return self.told.words

    def _say(self, key: str, **parts: str) -> str:
        return self.words.say("clause", key, **parts)

    def of_rule(
        self, rule: checked.Rule, *, without: checked.Allowance | None = None
    ) -> Iterator[str]:
        """All clauses of a rule but for the limit that was told already."""
        rest = [allowance for allowance in rule.allowances if allowance is not without]
        yield from self.allowances(rest, "clause")
        yield from self.once(rule.once, "clause")
        if rule.whole_only:
            yield self._say("whole")
        if rule.chance is not None:
            yield self._say("chance", share=self.told.share(rule.chance))
        if rule.holdout is not None:
            yield self._say("holdout", share=self.told.share(rule.holdout))
        if rule.opt_in:
            yield self._say("opt-in")
        yield from self._what_it_gives(rule)
        if rule.group is not None:
            which, group = rule.group
            yield self._say(which, group=self.words.quoted(group))
        if rule.priority:
            yield self._say("priority", n=str(rule.priority))
        yield from self.dates(rule.starts, rule.ends)
        if rule.campaign is not None:
            yield self._say("campaign", name=self.words.quoted(rule.campaign))
        if rule.funding is not None:
            yield self._funding(rule.funding)
        if rule.because is not None:
            yield self._say("because", text=self.words.quoted(rule.because))

    # --- how much and how often ------------------------------------------------------------------

    def allowances(self, allowances: Sequence[checked.Allowance], table: str) -> Iterator[str]:
        """Limits of a customer, then budgets of all; `table` says whose they are."""
        for key, scope, is_times in _ALLOWED:
            amounts = [
                self.allowance(one)
                for one in allowances
                if one.scope == scope and (one.counts == "times") == is_times
            ]
            if amounts:
                yield self.words.say(table, key, amounts=self.words.listed(amounts))

    def allowance(self, allowance: checked.Allowance) -> str:
        """`500 points a month`."""
        return self._say(
            "limit", amount=self.allowed(allowance), period=self.told.per(allowance.period)
        )

    def allowed(self, allowance: checked.Allowance) -> str:
        """`500 points`, `3 times`, `50 CNY`."""
        number = exact(allowance.amount.value, allowance.amount.decimals)
        if allowance.counts == "times":
            noun = self.words.form("clause", "times", self.words.plural(number))
            return self.words.counted(number, noun)
        if allowance.unit is not None and allowance.counts == "unit":
            return self.told.amount(number, allowance.unit)
        return self.told.money(number)

    def once(self, once: Sequence[checked.Once], table: str) -> Iterator[str]:
        """How often at all; `table` says of what."""
        for one in once:
            period = self.told.per(one.period)
            if one.attribute is None:
                yield self.words.say(table, "once-event", period=period)
                continue
            name = self.told.label(one.attribute.name)
            key = "once-attribute" if one.per_customer else "once-code"
            yield self.words.say(table, key, period=period, attribute=name)

    # --- the rest --------------------------------------------------------------------------------

    def _what_it_gives(self, rule: checked.Rule) -> Iterator[str]:
        if rule.pending is not None:
            yield self._say("pending", duration=self.told.duration(rule.pending))
        match rule.expiry:
            case ast.ExpiresAfter(duration):
                yield self._say("expires-after", duration=self.told.duration(duration))
            case ast.ExpiresOn(date):
                yield self._say("expires-on", date=date.value.isoformat())
            case ast.NeverExpires():
                yield self._say("never-expires")
            case None:
                return

    def dates(self, starts: int | None, ends: int | None) -> Iterator[str]:
        """From when until when; an end at midnight is the day before, that day included."""
        if starts is None and ends is None:
            return
        start = "" if starts is None else self.told.day_or_moment(starts)
        if ends is None:
            yield self._say("starts", start=start)
            return
        days, rest = self.told.local(ends)
        end = self.told.moment(ends) if rest else date_text(days - 1)
        key = "until" if rest else "through"
        if starts is None:
            yield self._say(f"ends-{key}", end=end)
        else:
            yield self._say(f"starts-{key}", start=start, end=end)

    def _funding(self, funding: checked.Funding) -> str:
        name, share = self.words.quoted(funding.name), self.told.share(funding.share)
        if exact(funding.share.value, funding.share.decimals) == "1":
            return self._say("funding", name=name)
        return self._say("funding-share", name=name, share=share)
