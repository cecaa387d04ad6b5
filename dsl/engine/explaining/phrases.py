"""Phrases that all sentences about a decision share: amounts, values, dates, limits, who."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dsl.engine.clock import Clock
from dsl.engine.messages import number
from dsl.engine.terms import MONEY_DECIMALS
from dsl.meaning import checked
from dsl.meaning.plain.audience import Who
from dsl.meaning.plain.clauses import Clauses
from dsl.meaning.plain.conditions import Conditions
from dsl.meaning.plain.values import date_text, exact
from dsl.meaning.plain.words import Words
from dsl.meaning.types import Unit
from dsl.meaning.wording import messages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.meaning.checked import Allowance, Once, Program, Rule
    from dsl.meaning.types import Exact, Type
    from dsl.text.source import Span

MONEY = ("discount", "cashback", "donation")
Holder = checked.Rule | checked.Campaign | checked.Redeemable | checked.Program


@dataclass(frozen=True)
class Phrases:
    """A program's in one language; `at` is when the event happened, None where it is not known."""

    program: Program
    language: str
    at: int | None

    @cached_property
    def told(self) -> Conditions:
        """What tells conditions and constants."""
        return Conditions(Words.of(self.language), self.program)

    @cached_property
    def clock(self) -> Clock:
        """The program's timezone."""
        return Clock(self.program.timezone)

    @cached_property
    def wording(self) -> dict[str, Any]:
        """All templates."""
        return messages(self.language, "decisions")

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Rules by name, those of challenges too."""
        found = {rule.name: rule for rule in self.program.rules}
        found.update((one.name, one.rule) for one in self.program.challenges.values())
        return found

    @cached_property
    def allowances(self) -> dict[str, tuple[Allowance, Holder]]:
        """Limits and budgets by name, with whose they are."""
        return {
            allowance.name: (allowance, holder)
            for holder in self._holders()
            for allowance in holder.allowances
        }

    @cached_property
    def once(self) -> dict[str, Once]:
        """What is given once, by name."""
        return {
            once.name: once
            for holder in self._holders()
            if not isinstance(holder, checked.Program)
            for once in holder.once
        }

    def _holders(self) -> Iterator[Holder]:
        yield self.program
        yield from self.rules.values()
        yield from self.program.campaigns.values()
        yield from self.program.redeemables.values()

    def say(self, table: str, key: str, /, **words: str) -> str:
        """A sentence."""
        template: str = self.wording[table][key]
        return template.format_map(words)

    # --- what the user wrote ----------------------------------------------------------------------

    def name(self, text: str) -> str:
        """A name, to stand in backquotes."""
        return text.replace("`", "'")

    def written(self, rule: Rule, span: Span) -> str:
        """What stands at a place of the rule's text, on one line, to stand in backquotes."""
        return self.name(" ".join(rule.text[span.start : span.end].split()))

    # --- numbers and values -----------------------------------------------------------------------

    def amount(self, value: int, unit: Unit, *, signed: bool = False) -> str:
        """So many of a unit, with its sign where one is asked for."""
        text = self.told.whole(abs(value) if signed else value, unit)
        if not signed or not value:
            return text
        return self.say("paid", "plus" if value > 0 else "minus", amount=text)

    def unit(self, name: str, precision: int) -> Unit:
        """A unit, or money, by the name it has in an award."""
        known = self.program.units.get(name)
        if known is not None and name not in MONEY:
            return known
        return Unit(name, precision, is_money=name in MONEY)

    def share(self, share: Exact) -> str:
        """A share of 1 as a percentage."""
        return self.told.share(share)

    def value(self, found: tuple[int, int], type_: Type) -> str:
        """A value as its reader would write it."""
        if type_.is_numeric:
            return number(*found)
        return self.told.constant(checked.Const(found[0], type=type_))

    # --- times ------------------------------------------------------------------------------------

    def day(self, at: int) -> str:
        """The local day of an instant."""
        return date_text(self.told.local(at)[0])

    def ended(self, ends: int) -> str:
        """The last day before an end at midnight, or else the moment."""
        days, rest = self.told.local(ends)
        return self.told.moment(ends) if rest else date_text(days - 1)

    # --- limits -----------------------------------------------------------------------------------

    def allowance(self, allowance: Allowance, holder: Holder) -> str:
        """`limit of 500 points per customer per month`, and whose it is."""
        text = self.say(
            "allowance",
            f"{allowance.scope}-period" if allowance.period else allowance.scope,
            amount=Clauses(self.told).allowed(allowance),
            period=self.per(allowance.period),
        )
        if isinstance(holder, checked.Program):
            return self.say("allowance", "program", allowance=text)
        if isinstance(holder, checked.Campaign):
            campaign = self.name(holder.name)
            return self.say("allowance", "campaign", allowance=text, campaign=campaign)
        return text

    def per(self, period: str | None) -> str:
        """The name of a period."""
        return str(self.wording["per"][period]) if period else ""

    def once_of(self, once: Once) -> str:
        """`once per customer per month`."""
        if once.attribute is not None:
            key = "attribute" if once.per_customer else "code"
            return self.say("once", key, attribute=self.name(once.attribute.name))
        key = "customer-period" if once.period else "customer"
        return self.say("once", key, period=self.per(once.period))

    def counted(self, value: int, allowance: Allowance) -> str:
        """A number of what an allowance counts."""
        if allowance.counts == "money":
            return exact(value, MONEY_DECIMALS)
        return exact(value, allowance.unit.precision if allowance.unit else 0)

    # --- who --------------------------------------------------------------------------------------

    def group(self, groups: list[checked.Group]) -> str:
        """` in tier gold or in segment lapsed`, after `customers`."""
        who = list(dict.fromkeys(Who(self.told).group(group) for group in groups))
        first, *others = who
        return self.told.words.listed([first, *(one.lstrip() for one in others)], "or")
