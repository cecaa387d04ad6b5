"""Writes rewards, who gets them, and clauses."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.text import ast
from dsl.text.layout import Group, Indent, Layout, on_one_line
from dsl.text.writing.expressions import Expressions, Part, enclosed, listed
from dsl.text.writing.literals import constant, duration, moment, money, number, quoted

_AWARD = "on purchase award"
_TO = f"{_AWARD} 5 points to"
_ONCE = f"{_AWARD} 5 points once per"
_LIMIT = f"{_AWARD} 5 points limit 5"


class Rewards(Expressions):
    """Writes what a rule gives."""

    def _reward(self, reward: ast.Reward) -> Layout:
        parts = [self._form(reward.form), self._cap(reward.at_most)]
        if reward.to is not None:
            parts += [" to ", self._target(reward.to)]
        return parts

    @staticmethod
    def _cap(cap: ast.Number | ast.Money | None) -> str:
        return "" if cap is None else f" at most {constant(cap)}"

    def _rewards(self, rewards: Sequence[ast.Reward]) -> list[Part]:
        return [self._part(reward, self._reward(reward)) for reward in rewards]

    def _form(self, form: ast.RewardForm) -> Layout:
        match form:
            case ast.Thing():
                valid = "" if form.valid is None else f" valid {duration(form.valid)}"
                return f"{form.kind} {quoted(form.name)}{valid}"
            case ast.TierAward():
                length = "" if form.duration is None else f" for {duration(form.duration)}"
                return f"tier {self._name(form.tier)}{length}"
            case ast.Message():
                return f"message {self._message(form)}"
            case ast.OneOf():
                return ["one of ", enclosed([("", self._choice(part)) for part in form.choices])]
            case ast.Donation():
                return f"donation {money(form.amount)} for {quoted(form.to)}"
            case ast.CheapestFree():
                words = f"cheapest {form.free} of every {form.every} items"
                return [words, self._restriction(form.where), " free"]
            case (
                ast.PercentOff()
                | ast.FixedOff()
                | ast.RateOff()
                | ast.FormulaOff()
                | ast.StepsOff()
            ):
                return self._money_form(form)
            case _:
                return self._unit_form(form)

    # --- units ---------------------------------------------------------------------------------

    def _unit_form(
        self,
        form: ast.Flat
        | ast.Rate
        | ast.PerItem
        | ast.Multiplier
        | ast.Formula
        | ast.Steps
        | ast.Bands
        | ast.Deduction,
    ) -> Layout:
        match form:
            case ast.Flat():
                return self._amount(form.amount, form.unit, f"{_AWARD} 5")
            case ast.Rate():
                amount = self._amount(form.amount, form.unit, f"{_AWARD} 5")
                base: Layout = " spent" if form.of is None else [" of ", self._operand(form.of)]
                prorated = " prorated" if form.prorated else ""
                return [f"{amount} per {number(form.per)}", base, prorated]
            case ast.PerItem():
                amount = self._amount(form.amount, form.unit, f"{_AWARD} 5")
                return [f"{amount} per item", self._restriction(form.where)]
            case ast.Multiplier():
                return f"{number(form.factor)}x {self._unit(form.unit, f'{_AWARD} 2x')}"
            case ast.Formula():
                unit = self._unit(form.unit, f"{_AWARD} (1)")
                return [self._grouped(self._anchored(form.value)), f" {unit}"]
            case ast.Steps():
                return [f"{self._unit(form.unit, _AWARD)} by ", *self._steps(form)]
            case ast.Bands():
                unit = self._unit(form.unit, _AWARD)
                return [f"{unit} by each part of ", *self._steps(form)]
            case ast.Deduction():
                return self._deduction(form)

    def _steps(self, form: ast.Steps | ast.Bands | ast.StepsOff) -> tuple[Layout, Layout]:
        """`amount (from 100: 10, from 200: 30)`."""
        if isinstance(form.by, ast.Name):
            key: Layout = self._name(form.by, f"{_AWARD} points by")
        else:
            key = self._grouped(self._anchored(form.by))
        steps = (f"from {number(step.start)}: {constant(step.amount)}" for step in form.steps)
        return key, [" ", enclosed([("", step) for step in steps])]

    def _deduction(self, form: ast.Deduction) -> Layout:
        match form.value:
            case ast.Number():
                return f"deduct {self._amount(form.value.value, form.unit, f'{_AWARD} deduct 5')}"
            case ast.Percent():
                return f"deduct {constant(form.value)} of {self._unit(form.unit, 'unit')}"
            case _:
                unit = self._unit(form.unit, f"{_AWARD} deduct (1)")
                return ["deduct ", self._grouped(self._anchored(form.value)), f" {unit}"]

    # --- money ---------------------------------------------------------------------------------

    def _money_form(
        self,
        form: ast.PercentOff | ast.FixedOff | ast.RateOff | ast.FormulaOff | ast.StepsOff,
    ) -> Layout:
        match form:
            case ast.PercentOff():
                return [f"{number(form.percent)}% {form.kind}", self._base(form.of)]
            case ast.FixedOff():
                return [f"{money(form.amount)} {form.kind}", self._base(form.of)]
            case ast.RateOff():
                words = f"{money(form.amount)} {form.kind} per {number(form.per)} spent"
                prorated = " prorated" if form.prorated else ""
                return [words, self._base(form.of), prorated]
            case ast.FormulaOff():
                return [self._grouped(self._anchored(form.value)), f" {form.kind}"]
            case ast.StepsOff():
                return [f"{form.kind} by ", *self._steps(form), self._base(form.of)]

    def _base(self, base: ast.Expr | None) -> Layout:
        if base is None:
            return ""
        if isinstance(base, ast.ItemTotal):
            return [" of items", self._restriction(base.where)]
        operand = self._operand(base)
        # `of items` alone means their total.
        if on_one_line(operand).lower().startswith("items"):
            operand = self._grouped(operand)
        return [" of ", operand]

    # --- messages, chance ----------------------------------------------------------------------

    def _message(self, message: ast.Message) -> str:
        text = ""
        for part in message.parts:
            if isinstance(part, str):
                text += part.replace("{", "{{").replace("}", "}}")
            else:
                text += f"{{{on_one_line(self._operand(part))}}}"
        return quoted(text)

    def _choice(self, choice: ast.Choice) -> Layout:
        cap = self._cap(choice.at_most)
        return [f"{number(choice.share)}%: ", self._form(choice.form), cap]

    # --- who gets it ---------------------------------------------------------------------------

    def _target(self, target: ast.Target) -> Layout:
        match target:
            case ast.AnyOf():
                first, *others = target.names
                names = [self._name(first, _TO)]
                names += [self._name(name, f"{_TO} gold or") for name in others]
                return " or ".join(names)
            case ast.AndAbove():
                return f"{self._name(target.name, _TO)} and above"
            case ast.NotIn():
                return f"not {self._name(target.name, f'{_TO} not')}"
            case ast.Everyone():
                return "everyone"
            case ast.Top():
                return [f"top {target.count} by ", self._operand(target.by)]
            case ast.AtRandom():
                return f"{target.count} at random"

    # --- clauses -------------------------------------------------------------------------------

    def clause(self, clause: ast.Clause) -> str:
        """A clause of a rule, a campaign or the program."""
        match clause:
            case ast.Limit() | ast.Budget() | ast.Once():
                return self._allowance(clause)
            case ast.From():
                return f"from {moment(clause.moment.value)}"
            case ast.Through():
                return f"through {moment(clause.date.value)}"
            case ast.Until():
                return f"until {moment(clause.moment.value)}"
            case ast.Pending():
                return f"pending {duration(clause.duration)}"
            case ast.ExpiresAfter():
                return f"expires {duration(clause.duration)} after award"
            case ast.ExpiresOn():
                return f"expires on {moment(clause.date.value)}"
            case ast.NeverExpires():
                return "never expires"
            case _:
                return self._condition_clause(clause)

    def _allowance(self, clause: ast.Limit | ast.Budget | ast.Once) -> str:
        period = f" per {clause.period}" if clause.period else ""
        match clause:
            case ast.Limit():
                amount = self._amount(clause.amount, clause.unit, _LIMIT)
                return f"limit {amount} per customer{period}"
            case ast.Budget():
                return f"budget {self._amount(clause.amount, clause.unit, _LIMIT)}{period}"
            case ast.Once():
                words = "once per"
                if clause.per_customer:
                    words += " customer"
                if clause.attribute is not None:
                    if clause.per_customer:
                        words += " per"
                    before = f"{_ONCE} customer per" if clause.per_customer else _ONCE
                    words += f" {self._name(clause.attribute, before)}"
                return f"{words}{period}"

    @staticmethod
    def _condition_clause(
        clause: ast.WholeAwards
        | ast.InCampaign
        | ast.OnlyOf
        | ast.Priority
        | ast.AfterOptingIn
        | ast.Chance
        | ast.Holdout
        | ast.FundedBy
        | ast.Because,
    ) -> str:
        match clause:
            case ast.WholeAwards():
                return "whole awards only"
            case ast.InCampaign():
                return f"in campaign {quoted(clause.name)}"
            case ast.OnlyOf():
                return f"only {clause.which} of {quoted(clause.group)}"
            case ast.Priority():
                return f"priority {clause.value}"
            case ast.AfterOptingIn():
                return "after opting in"
            case ast.Chance():
                return f"with {number(clause.percent)}% chance"
            case ast.Holdout():
                return f"holdout {number(clause.percent)}%"
            case ast.FundedBy():
                share = "" if clause.percent is None else f" {number(clause.percent)}%"
                return f"funded by {quoted(clause.name)}{share}"
            case ast.Because():
                return f"because {quoted(clause.text)}"

    def _award(self, rewards: Sequence[ast.Reward]) -> Layout:
        """The line (or lines) of `award`, with what stands above its first reward above it."""
        first, *others = self._rewards(rewards)
        return [first[0], Group(["award ", Indent(listed([("", first[1]), *others]))])]
