"""A decision as sentences: what each rule gave and why, or the first test it did not pass.

Wording is in dsl/meaning/messages/decisions.LANGUAGE.toml; values stand as the rule's reader
writes them: exact decimals, ISO dates, local times in the program's timezone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsl.engine.calendar import moment
from dsl.engine.clock import date_of
from dsl.engine.messages import number
from dsl.engine.nodes import parts_of
from dsl.engine.terms import MONEY_DECIMALS
from dsl.meaning import checked
from dsl.meaning.types import Kind
from dsl.meaning.wording import messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsl.engine.decision import Cut, Decision, Outcome, Reason, Working
    from dsl.meaning.checked import Allowance, Program, Rule
    from dsl.meaning.types import Type
    from dsl.text.source import Span

Wording = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one rule did on an event; `reason` is None where it paid."""

    rule: str
    reason: Reason | None
    sentences: tuple[str, ...]


def explain(program: Program, decision: Decision, language: str = "en") -> tuple[Explanation, ...]:
    """Every rule on the event's type in text order, with its sentences."""
    teller = _Teller(program, decision.tier, messages(language, "decisions"))
    return tuple(teller.outcome(outcome) for outcome in decision.outcomes)


def decimal_text(value: int, decimals: int) -> str:
    """A scaled integer as an exact decimal without trailing zeros."""
    sign = "-" if value < 0 else ""
    digits = str(abs(value)).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


class _Teller:
    def __init__(self, program: Program, tier: str | None, wording: Wording) -> None:
        self.program, self.tier, self.wording = program, tier, wording
        self.rules = {rule.name: rule for rule in program.rules}
        self.rules.update((one.name, one.rule) for one in program.challenges.values())
        self.allowances: Mapping[str, Allowance] = {
            allowance.name: allowance
            for allowances in (
                program.allowances,
                *(rule.allowances for rule in self.rules.values()),
                *(campaign.allowances for campaign in program.campaigns.values()),
            )
            for allowance in allowances
        }

    def outcome(self, outcome: Outcome) -> Explanation:
        rule = self.rules[outcome.rule]
        if outcome.reason is None:
            paid = [w for w in outcome.workings if w.paid]
            sentences = [self.paid(rule, working) for working in paid]
        elif outcome.reason in ("limit", "budget", "campaign", "stock") and outcome.cuts:
            # What is said of the cuts says it all.
            sentences = []
        else:
            sentences = [self.refused(rule, outcome)]
        sentences += [self.cut(cut) for cut in outcome.cuts]
        return Explanation(outcome.rule, outcome.reason, tuple(sentences))

    def paid(self, rule: Rule, working: Working) -> str:
        reward = rule.rewards[working.reward]
        if reward.unit is None:
            return _written(rule, reward.span)
        words = {
            "amount": self.amount(working.paid, reward.unit.precision),
            "unit": reward.unit.name,
            "reward": _written(rule, reward.span),
        }
        if isinstance(reward.form, checked.Flat) and reward.at_most is None:
            return self.wording["paid"]["fixed"].format(**words)
        if working.base is None:
            return self.wording["paid"]["plain"].format(**words)
        base = self.amount(working.base, reward.unit.precision, signed=False)
        return self.wording["paid"]["multiplied"].format(**words, base=base)

    def amount(self, value: int, precision: int, *, signed: bool = True) -> str:
        text = decimal_text(value, precision)
        return f"+{text}" if signed and value > 0 else text

    def cut(self, cut: Cut) -> str:
        allowance = self.allowances.get(cut.allowance)
        if allowance is None:
            return self.wording["refused"]["used-up"]
        decimals = _decimals(allowance)
        cap = allowance.amount.value * 10**decimals // 10**allowance.amount.decimals
        words = {
            "allowance": self.allowance(allowance),
            "cap": decimal_text(cap, decimals),
            "used": decimal_text(cut.used, decimals),
            "left": decimal_text(max(cap - cut.used, 0), decimals),
            "wanted": decimal_text(cut.wanted, decimals),
            "granted": decimal_text(cut.granted, decimals),
        }
        return self.wording["cut"]["amount" if cut.granted else "dropped"].format(**words)

    def allowance(self, allowance: Allowance) -> str:
        wording = self.wording["allowance"]
        unit = wording["times"]
        if allowance.counts == "money":
            unit = self.program.currency
        elif allowance.unit is not None:
            unit = allowance.unit.name
        text = wording[f"{allowance.scope}-period" if allowance.period else allowance.scope].format(
            amount=decimal_text(allowance.amount.value, allowance.amount.decimals),
            unit=unit,
            period=allowance.period,
        )
        own = any(allowance is other for other in self.program.allowances)
        return wording["program"].format(allowance=text) if own else text

    def refused(self, rule: Rule, outcome: Outcome) -> str:
        wording = self.wording["refused"]
        if outcome.reason == "not-in-force":
            return self.not_in_force(rule)
        if outcome.reason == "audience":
            groups = [r.audience for r in rule.rewards if isinstance(r.audience, checked.Group)]
            ranks = sorted({rank for group in groups for rank in group.ranks})
            names = {name for group in groups for name in group.segments}
            none = self.wording["value"]["no-tier"]
            tiers = [self.program.tier_name(rank) or none for rank in ranks]
            if not tiers and not names:
                return wording["audience-other"]
            key = "audience" if self.tier else "audience-none"
            return wording[key].format(tiers=", ".join([*tiers, *sorted(names)]), tier=self.tier)
        if outcome.reason == "condition" and outcome.test is not None:
            return self.failed(rule, outcome)
        if outcome.reason == "condition":
            return wording["where"]
        return wording.get(str(outcome.reason), str(outcome.reason))

    def not_in_force(self, rule: Rule) -> str:
        wording = self.wording["refused"]
        if rule.starts is not None and rule.ends is None:
            return wording["not-yet"].format(start=self.local(rule.starts))
        if rule.ends is not None and rule.starts is None:
            return wording["no-longer"].format(end=self.local(rule.ends))
        return wording["not-in-force"]

    def failed(self, rule: Rule, outcome: Outcome) -> str:
        """The part of the condition that failed, and by how much where it can be said."""
        wording, test = self.wording["refused"], outcome.test
        if test is None:
            return wording["condition"]
        part = parts_of(rule.where)[test.part]
        words = {"part": _written(rule, part.span)}
        if not isinstance(part, checked.Comparison):
            return wording["condition"].format(**words)
        if test.left is None or test.right is None:
            return wording["unknown"].format(**words)
        if _is_text(part.left.type):
            return wording["condition"].format(**words)
        left = self.value(test.left, part.left.type)
        right = self.value(test.right, part.right.type)
        if part.op in ("=", "!=") or not part.left.type.is_numeric:
            return wording["value"].format(**words, left=left)
        above, below = test.left[0] * test.right[1], test.right[0] * test.left[1]
        gap = above - below
        if gap == 0:
            return wording["value"].format(**words, left=left)
        key = "short" if gap < 0 else "above"
        return wording[key].format(
            **words, left=left, right=right, gap=number(abs(gap), test.left[1] * test.right[1])
        )

    def value(self, known: tuple[int, int], type_: Type) -> str:
        """A value as its reader would write it."""
        wording = self.wording["value"]
        value, divisor = known
        match type_.kind:
            case Kind.NUMBER | Kind.MONEY:
                return number(value, divisor)
            case Kind.DATE:
                return date_of(value).isoformat()
            case Kind.DATETIME:
                return self.local(value)
            case Kind.TIME:
                return str(dt.timedelta(microseconds=value))
            case Kind.FLAG:
                return wording["true" if value else "false"]
            case Kind.WEEKDAY:
                return wording["weekdays"].split()[value]
            case Kind.MONTH:
                return wording["months"].split()[value - 1]
            case Kind.TIER:
                return self.program.tier_name(value) or wording["no-tier"]
            case _:
                return str(value)

    def local(self, at: int) -> str:
        """An instant as local time in the program's timezone, to the minute."""
        local = moment(at).astimezone(ZoneInfo(self.program.timezone))
        return local.strftime("%Y-%m-%d %H:%M")


def _written(rule: Rule, span: Span) -> str:
    """What stands at a place of the rule's text, on one line."""
    return " ".join(rule.text[span.start : span.end].split())


def _decimals(allowance: Allowance) -> int:
    """The decimals of what an allowance counts, as it is counted."""
    if allowance.counts == "money":
        return MONEY_DECIMALS
    return allowance.unit.precision if allowance.unit else 0


def _is_text(type_: Type) -> bool:
    return type_.kind in (Kind.TEXT, Kind.CUSTOMER)
