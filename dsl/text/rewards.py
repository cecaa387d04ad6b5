"""From the parser's nodes to the one tree, for rewards and who gets them."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from dsl.text import ast
from dsl.text.history import History
from dsl.text.messages import split
from dsl.text.pieces import Piece, Pieces, place

_UNITS = ("flat", "rate", "per_item", "multiplier", "formula", "steps", "bands", "deduction")
_MONEY = (
    *("percent_off", "fixed_off", "rate_off", "formula_off", "steps_off", "cheapest", "donation"),
)
_FORMS = frozenset({*_UNITS, *_MONEY, "thing", "tier_award", "message", "draw"})
_TARGETS = ("any_of", "and_above", "not_in", "everyone", "top", "at_random")
_MONEY_KINDS: dict[str, ast.MoneyKind] = {"DISCOUNT": "discount", "CASHBACK": "cashback"}


class Rewards(History):
    """Makes the rewards of a rule."""

    # --- units ---------------------------------------------------------------------------------

    def build_flat(self, pieces: Pieces) -> ast.Flat:
        """`100 points`."""
        return ast.Flat(
            span=pieces.span, amount=self._amount(pieces), unit=self._name(pieces, "unit")
        )

    def build_rate(self, pieces: Pieces) -> ast.Rate:
        """`1 point per 10 spent [prorated]`, `2 points per 1 of … [prorated]`."""
        base = pieces.maybe("base")
        return ast.Rate(
            span=pieces.span,
            amount=self._amount(pieces),
            unit=self._name(pieces, "unit"),
            per=cast("Decimal", pieces.of("step")[0].value),
            of=cast("ast.Expr", base.value) if base else None,
            prorated=pieces.maybe("prorated") is not None,
        )

    def build_step(self, pieces: Pieces) -> Decimal:
        """The `10` of `per 10 spent`."""
        return self._amount(pieces)

    def build_base(self, pieces: Pieces) -> ast.Expr:
        """The expression of `per 1 of …`."""
        return self._operands(pieces)[0]

    def build_prorated(self, pieces: Pieces) -> bool:
        """`prorated`."""
        return pieces.maybe_token("PRORATED") is not None

    def build_per_item(self, pieces: Pieces) -> ast.PerItem:
        """`5 points per item [(…)]`."""
        return ast.PerItem(
            span=pieces.span,
            amount=self._amount(pieces),
            unit=self._name(pieces, "unit"),
            where=self._restriction(pieces),
        )

    def build_multiplier(self, pieces: Pieces) -> ast.Multiplier:
        """`2x points`."""
        return ast.Multiplier(
            span=pieces.span,
            factor=self._number(pieces.token("FACTOR")),
            unit=self._name(pieces, "unit"),
        )

    def build_formula(self, pieces: Pieces) -> ast.Formula:
        """`(…) points`."""
        value = self._operands(pieces)[0]
        return ast.Formula(span=pieces.span, value=value, unit=self._name(pieces, "unit"))

    def build_key(self, pieces: Pieces) -> ast.Expr:
        """The `amount` of `by amount (…)`."""
        return self._operands(pieces)[0]

    def build_reached(self, pieces: Pieces) -> ast.Step:
        """`from 100: 10`, with a percentage for money."""
        start, amount = pieces.tokens("NUMBER", "PERCENT")
        span = place(amount)
        node = ast.Number if amount.type == "NUMBER" else ast.Percent
        return ast.Step(
            span=pieces.span,
            start=self._number(start),
            amount=node(span=span, value=self._number(amount)),
        )

    build_reached_off = build_reached

    def _steps(self, pieces: Pieces) -> tuple[ast.Step, ...]:
        return tuple(cast("ast.Step", step.value) for step in pieces.of("reached", "reached_off"))

    def _key(self, pieces: Pieces) -> ast.Expr:
        return cast("ast.Expr", pieces.of("key")[0].value)

    def build_steps(self, pieces: Pieces) -> ast.Steps:
        """`points by amount (from 100: 10, from 200: 30)`."""
        unit, steps = self._name(pieces, "unit"), self._steps(pieces)
        return ast.Steps(span=pieces.span, unit=unit, by=self._key(pieces), steps=steps)

    def build_bands(self, pieces: Pieces) -> ast.Bands:
        """`points by each part of amount (from 0: 1, from 100: 2)`."""
        unit, steps = self._name(pieces, "unit"), self._steps(pieces)
        return ast.Bands(span=pieces.span, unit=unit, by=self._key(pieces), steps=steps)

    def build_deduction(self, pieces: Pieces) -> ast.Deduction:
        """`deduct 50 points`, `deduct 5% of points`, `deduct (…) points`."""
        unit, amount = self._name(pieces, "unit"), pieces.maybe_token("NUMBER", "PERCENT")
        if amount is None:
            value = self._operands(pieces)[0]
        else:
            node = ast.Number if amount.type == "NUMBER" else ast.Percent
            value = node(span=place(amount), value=self._number(amount))
        return ast.Deduction(span=pieces.span, value=value, unit=unit)

    # --- money ---------------------------------------------------------------------------------

    @staticmethod
    def _money_kind(pieces: Pieces) -> ast.MoneyKind:
        return _MONEY_KINDS[pieces.token(*_MONEY_KINDS).type]

    @staticmethod
    def _off_base(pieces: Pieces) -> ast.Expr | None:
        base = pieces.maybe("off_base", "off_items")
        return cast("ast.Expr", base.value) if base else None

    def build_off_base(self, pieces: Pieces) -> ast.Expr:
        """`of …`: what a discount or cashback is of."""
        return self._operands(pieces)[0]

    def build_off_items(self, pieces: Pieces) -> ast.ItemTotal:
        """`of items (…)`."""
        return ast.ItemTotal(span=pieces.span, where=self._restriction(pieces))

    def build_percent_off(self, pieces: Pieces) -> ast.PercentOff:
        """`10% discount [of …]`."""
        return ast.PercentOff(
            span=pieces.span,
            kind=self._money_kind(pieces),
            percent=self._percent(pieces),
            of=self._off_base(pieces),
        )

    def build_fixed_off(self, pieces: Pieces) -> ast.FixedOff:
        """`20 CNY discount [of …]`."""
        return ast.FixedOff(
            span=pieces.span,
            kind=self._money_kind(pieces),
            amount=self._money(pieces),
            of=self._off_base(pieces),
        )

    def build_rate_off(self, pieces: Pieces) -> ast.RateOff:
        """`10 CNY discount per 100 spent [of …] [prorated]`."""
        return ast.RateOff(
            span=pieces.span,
            kind=self._money_kind(pieces),
            amount=self._money(pieces),
            per=cast("Decimal", pieces.of("step")[0].value),
            of=self._off_base(pieces),
            prorated=pieces.maybe("prorated") is not None,
        )

    def build_formula_off(self, pieces: Pieces) -> ast.FormulaOff:
        """`(…) discount`."""
        kind = self._money_kind(pieces)
        return ast.FormulaOff(span=pieces.span, kind=kind, value=self._operands(pieces)[0])

    def build_steps_off(self, pieces: Pieces) -> ast.StepsOff:
        """`discount by amount (from 100: 10, from 300: 15%) [of …]`."""
        return ast.StepsOff(
            span=pieces.span,
            kind=self._money_kind(pieces),
            by=self._key(pieces),
            steps=self._steps(pieces),
            of=self._off_base(pieces),
        )

    def build_cheapest(self, pieces: Pieces) -> ast.CheapestFree:
        """`cheapest 1 of every 3 items [(…)] free`."""
        free, every = pieces.tokens("NUMBER")
        return ast.CheapestFree(
            span=pieces.span,
            free=self._whole(free, least=1),
            every=self._whole(every, least=1),
            where=self._restriction(pieces),
        )

    def build_donation(self, pieces: Pieces) -> ast.Donation:
        """`donation 1 CNY for "WWF"`."""
        amount, to = self._money(pieces), self._quoted(pieces)
        return ast.Donation(span=pieces.span, amount=amount, to=to)

    # --- things, tiers, messages, chance -------------------------------------------------------

    def build_thing(self, pieces: Pieces) -> ast.Thing:
        """`coupon "WELCOME10" [valid 30 days]`, `gift "Mug"`, …."""
        return ast.Thing(
            span=pieces.span,
            kind=self._thing_kind(pieces),
            name=self._quoted(pieces),
            valid=self._maybe_length(pieces),
        )

    def build_tier_award(self, pieces: Pieces) -> ast.TierAward:
        """`tier gold [for 30 days]`."""
        tier, duration = self._name(pieces, "name"), self._maybe_length(pieces)
        return ast.TierAward(span=pieces.span, tier=tier, duration=duration)

    def build_message(self, pieces: Pieces) -> ast.Message:
        """`message "Only {left to gold} to gold"`."""
        parts: list[str | ast.Expr] = []
        for part in split(pieces.token("STRING"), self._grammar, self.diagnostics):
            if isinstance(part, str):
                parts.append(part)
            else:
                deep = self._too_deep
                parts.append(cast("ast.Expr", self.build(part)))
                self._too_deep |= deep
        return ast.Message(span=pieces.span, parts=tuple(parts))

    def build_choice(self, pieces: Pieces) -> ast.Choice:
        """`60%: 10 points [at most 5]`."""
        return ast.Choice(
            span=pieces.span,
            share=self._percent(pieces),
            form=self._form(pieces),
            at_most=self._cap(pieces),
        )

    def build_draw(self, pieces: Pieces) -> ast.OneOf:
        """`one of (60%: 10 points, 30%: 50 points)`."""
        choices = tuple(cast("ast.Choice", choice.value) for choice in pieces.of("choice"))
        return ast.OneOf(span=pieces.span, choices=choices)

    # --- caps and targets ----------------------------------------------------------------------

    def build_cap(self, pieces: Pieces) -> ast.Number | ast.Money:
        """The `500` of `at most 500`."""
        number, currency = pieces.token("NUMBER"), pieces.maybe_token("CURRENCY")
        value = self._number(number)
        if currency is None:
            return ast.Number(span=place(number), value=value)
        span = place(number).to(place(currency))
        return ast.Money(span=span, value=value, currency=currency.text)

    def build_any_of(self, pieces: Pieces) -> ast.AnyOf:
        """`gold or platinum`."""
        return ast.AnyOf(span=pieces.span, names=self._names(pieces, "path"))

    def build_and_above(self, pieces: Pieces) -> ast.AndAbove:
        """`gold and above`."""
        return ast.AndAbove(span=pieces.span, name=self._name(pieces, "path"))

    def build_not_in(self, pieces: Pieces) -> ast.NotIn:
        """`not gold`."""
        return ast.NotIn(span=pieces.span, name=self._name(pieces, "path"))

    def build_everyone(self, pieces: Pieces) -> ast.Everyone:
        """`everyone`."""
        return ast.Everyone(span=pieces.span)

    def build_top(self, pieces: Pieces) -> ast.Top:
        """`top 10 by …`."""
        count = self._whole(pieces.token("NUMBER"), least=1)
        return ast.Top(span=pieces.span, count=count, by=self._operands(pieces)[0])

    def build_at_random(self, pieces: Pieces) -> ast.AtRandom:
        """`10 at random`."""
        return ast.AtRandom(span=pieces.span, count=self._whole(pieces.token("NUMBER"), least=1))

    @staticmethod
    def _form(pieces: Pieces) -> ast.RewardForm:
        return cast("ast.RewardForm", pieces.among(_FORMS)[0].value)

    @staticmethod
    def _cap(pieces: Pieces) -> ast.Number | ast.Money | None:
        cap = pieces.maybe("cap")
        return cast("ast.Number | ast.Money", cap.value) if cap else None

    @staticmethod
    def _target(pieces: Pieces) -> Piece | None:
        return pieces.maybe(*_TARGETS)

    def build_reward(self, pieces: Pieces) -> ast.Reward:
        """A form, what caps it and who gets it."""
        target = self._target(pieces)
        return ast.Reward(
            span=pieces.span,
            form=self._form(pieces),
            at_most=self._cap(pieces),
            to=cast("ast.Target", target.value) if target else None,
        )

    def _rewards(self, pieces: Pieces) -> tuple[ast.Reward, ...]:
        return tuple(cast("ast.Reward", piece.value) for piece in pieces.of("reward"))
