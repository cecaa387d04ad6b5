"""Rewards as what somebody does: `they earn 1 point for every 10 CNY spent`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.plain.audience import MANY, Audience, Subject, Who, shared_group
from dsl.meaning.plain.values import exact
from dsl.meaning.types import Kind, Type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsl.meaning.plain.conditions import Conditions
    from dsl.meaning.plain.words import Words
    from dsl.meaning.types import Exact, Unit

# What is spent on an event, as a rate or a discount counts it.
_SPENT = ("amount", "gross")
_PLAIN = (checked.Flat, checked.Multiplier, checked.Share, checked.Thing)
_MONEY = Type(Kind.MONEY)


@dataclass(frozen=True, slots=True)
class Gift:
    """What one reward is: the verb it takes, and what follows it."""

    verb: str
    what: str


@dataclass(frozen=True, slots=True)
class Rewards:
    """Tells rewards."""

    told: Conditions

    @property
    def words(self) -> Words:
        """The language's phrases."""
        return self.told.words

    @property
    def who(self) -> Who:
        """The same for those who get them."""
        return Who(self.told)

    # --- all of a rule ---------------------------------------------------------------------------

    def all(self, rewards: Sequence[checked.Reward]) -> str:
        """Each with who gets it: `they earn 5 points, and the referrer earns 10 points`."""
        shared = shared_group(rewards)
        clauses: list[str] = []
        for (recipient, audience), group in groupby(rewards, key=lambda r: (r.recipient, _few(r))):
            subject = self._subject(recipient, audience, rewards)
            inner = list(group)
            does = self._does(inner, subject, shared, is_one=len(rewards) == 1)
            clauses.append(self.words.say("reward", "subject", subject=subject.text, does=does))
        return self.words.listed(clauses)

    def does(self, rewards: Sequence[checked.Reward], subject: Subject) -> str:
        """What a subject does of rewards that are all its own."""
        shared = shared_group(rewards)
        return self._does(rewards, subject, shared, is_one=len(rewards) == 1)

    def _subject(
        self,
        recipient: checked.Expr | None,
        audience: Audience,
        rewards: Sequence[checked.Reward],
    ) -> Subject:
        if recipient is not None:
            return self.who.recipient(recipient)
        if isinstance(audience, checked.Top | checked.AtRandom):
            return self.who.chosen(audience, among=not all(_few(reward) for reward in rewards))
        return self.who.they()

    def _does(
        self,
        rewards: Sequence[checked.Reward],
        subject: Subject,
        shared: checked.Group | None,
        *,
        is_one: bool,
    ) -> str:
        gifts = [self.gift(reward, is_one=is_one) for reward in rewards]
        is_shared = all(reward.audience in (None, shared) for reward in rewards)
        if is_shared and _is_plain(rewards) and len({gift.verb for gift in gifts}) == 1:
            verb = self.words.form("verb", gifts[0].verb, subject.form)
            what = self.words.listed([gift.what for gift in gifts])
            return self._say("does", verb=verb, what=what)
        told = []
        for reward, gift in zip(rewards, gifts, strict=True):
            verb = self.words.form("verb", gift.verb, subject.form)
            does = self.words.say("reward", "does", verb=verb, what=gift.what)
            own = reward.audience
            if isinstance(own, checked.Group) and own != shared:
                does = self.words.say("who", "if", reward=does, who=self.who.group(own))
            told.append(does)
        return self.words.listed(told)

    # --- one -------------------------------------------------------------------------------------

    def gift(self, reward: checked.Reward, *, is_one: bool = True) -> Gift:
        """One reward with its cap; the cap in brackets where others stand beside it."""
        gift = self._form(reward, is_one=is_one and reward.at_most is None)
        if reward.at_most is None or reward.unit is None:
            return gift
        amount = self.told.whole(reward.at_most, reward.unit)
        key = "cap" if is_one else "cap-inside"
        return Gift(gift.verb, self.words.say("reward", key, reward=gift.what, amount=amount))

    def _form(self, reward: checked.Reward, *, is_one: bool) -> Gift:
        form, unit = reward.form, reward.unit
        match form:
            case checked.Thing():
                return self._thing(form, is_one=is_one)
            case checked.TierAward():
                return self._tier(form)
            case checked.Message():
                return self._message(form)
            case checked.OneOf():
                return self._one_of(form)
            case checked.CheapestFree():
                where = self.told.items_where(form.where, last=False)
                free, every = str(form.free), str(form.every)
                return Gift("get", self._say("cheapest", free=free, every=every, where=where))
            case checked.Deduction() if unit is not None:
                return Gift("lose", self._deduction(form, unit, is_one=is_one))
            case _ if unit is not None and unit.is_money:
                return self._money(reward, unit, is_one=is_one)
            case _ if unit is not None:
                return Gift("earn", self._units(form, unit, is_one=is_one))
            case _:
                return Gift("get", "")

    def _say(self, key: str, **parts: str) -> str:
        return self.words.say("reward", key, **parts)

    def _amount(self, amount: Exact, unit: Unit) -> str:
        return self.told.amount(exact(amount.value, amount.decimals), unit)

    # --- units -----------------------------------------------------------------------------------

    def _units(self, form: checked.RewardForm, unit: Unit, *, is_one: bool) -> str:
        name = self.told.unit(unit, MANY)
        match form:
            case checked.Multiplier(factor):
                number = self.told.number(factor)
                if number == "2":
                    return self._say("twice", unit=name)
                return self._say("multiplier", factor=number, unit=name)
            case checked.Formula(value):
                return self._say("formula", unit=name, value=self.told.value(value, last=is_one))
            case _:
                return self._of_amounts(form, unit, name, is_one=is_one)

    def _of_amounts(self, form: checked.RewardForm, unit: Unit, name: str, *, is_one: bool) -> str:
        """The forms that units and money have alike; `name` is what steps are of."""
        match form:
            case checked.Flat(amount):
                return self._say("flat", amount=self._amount(amount, unit))
            case checked.Rate():
                return self._rate(form, unit, is_one=is_one)
            case checked.PerItem():
                where = self.told.items_where(form.count.where, last=is_one)
                return self._say("per-item", amount=self._amount(form.amount, unit), where=where)
            case checked.Steps():
                by = self.told.value(form.by, last=False)
                steps = [self._step(step, form.by, unit) for step in form.steps]
                return self._say(
                    _key("steps", is_one=is_one),
                    unit=name,
                    by=by,
                    steps=self.words.listed(steps, "or"),
                )
            case checked.Bands():
                by = self.told.value(form.by, last=False)
                steps = [self._band(step, form.by, unit) for step in form.steps]
                return self._say(
                    _key("bands", is_one=is_one), unit=name, by=by, steps=self.words.listed(steps)
                )
            case _:
                return ""

    def _rate(self, form: checked.Rate, unit: Unit, *, is_one: bool) -> str:
        per = self._number(form.per, form.base)
        is_spent = isinstance(form.base, checked.EventField) and form.base.name in _SPENT
        base = (
            self._say("spent")
            if is_spent
            else self._say(
                "of-base", base=self.told.value(form.base, last=is_one and not form.prorated)
            )
        )
        rate = self._say("rate", amount=self._amount(form.amount, unit), per=per, base=base)
        return self._say(_key("prorated", is_one=is_one), rate=rate) if form.prorated else rate

    def _number(self, value: Exact, of: checked.Expr) -> str:
        """A number of what an expression is of."""
        number = self.told.number(value)
        return self.told.money(number) if of.type.kind is Kind.MONEY else number

    def _step(self, step: checked.Step, by: checked.Expr, unit: Unit) -> str:
        amount = self.told.share(step.amount) if step.percent else self._amount(step.amount, unit)
        return self._say("step", amount=amount, start=self._number(step.start, by))

    def _band(self, step: checked.Step, by: checked.Expr, unit: Unit) -> str:
        one = type(step.start)(1)
        return self._say(
            "band",
            amount=self._amount(step.amount, unit),
            per=self._number(one, by),
            start=self._number(step.start, by),
        )

    def _deduction(self, form: checked.Deduction, unit: Unit, *, is_one: bool) -> str:
        name, value = self.told.unit(unit, MANY), form.value
        if isinstance(value, checked.Const) and isinstance(value.value, int):
            number = exact(value.value, value.type.decimals)
            if not form.percent:
                return self._say("deduction", amount=self.told.amount(number, unit))
            percent = exact(value.value * 100, value.type.decimals)
            share = self.words.say("value", "percent", n=percent)
            return self._say("deduction-share", share=share, unit=name)
        told = self.told.value(value, last=is_one)
        if form.percent:
            return self._say("share-of", share=told, unit=name)
        return self._say("deduction-formula", unit=name, value=told)

    # --- money -----------------------------------------------------------------------------------

    def _money(self, reward: checked.Reward, unit: Unit, *, is_one: bool) -> Gift:
        form, kind = reward.form, unit.name
        donee = self.words.quoted(reward.donee or "")
        verb = "have" if kind == "donation" else "get"
        base = ""
        match form:
            case checked.Formula(value):
                return Gift(
                    verb,
                    self._money_formula(kind, self.told.value(value, _MONEY, last=is_one), donee),
                )
            case checked.Steps():
                name = self._say(f"{kind}-name")
                base = self._base(form.base, is_one=False)
                return Gift(verb, self._of_amounts(form, unit, f"{name}{base}", is_one=is_one))
            case checked.Share(share, of):
                amount, base = self.told.share(share), self._base(of, is_one=is_one)
            case checked.Flat(flat, of):
                amount, base = self._amount(flat, unit), self._base(of, is_one=is_one)
            case _:
                name = self._say(f"{kind}-name")
                amount = self._of_amounts(form, unit, name, is_one=is_one)
        return Gift(verb, self._say(kind, amount=amount, base=base, donee=donee))

    def _money_formula(self, kind: str, told: str, donee: str) -> str:
        if kind == "donation":
            amount = self._say("formula-money", value=told)
            return self._say("donation", amount=amount, base="", donee=donee)
        return self._say(f"formula-{kind}", value=told)

    def _base(self, base: checked.Expr | None, *, is_one: bool) -> str:
        """` on the total amount of items`; nothing where it is what is spent."""
        if base is None or (isinstance(base, checked.EventField) and base.name in _SPENT):
            return ""
        return self._say("base", base=self.told.value(base, last=is_one))

    # --- things, tiers, messages, chance ---------------------------------------------------------

    def _thing(self, form: checked.Thing, *, is_one: bool) -> Gift:
        thing = self._say("thing", thing=self.told.thing(form.kind, form.name))
        if form.valid is not None:
            duration = self.told.duration(form.valid)
            thing = self._say(_key("valid", is_one=is_one), thing=thing, duration=duration)
        return Gift("get", thing)

    def _tier(self, form: checked.TierAward) -> Gift:
        tier = self.told.tier(form.rank)
        if form.duration is None:
            return Gift("move", self._say("tier", tier=tier))
        duration = self.told.duration(form.duration)
        return Gift("move", self._say("tier-for", tier=tier, duration=duration))

    def _message(self, form: checked.Message) -> Gift:
        text = "".join(
            part if isinstance(part, str) else "{" + self.told.value(part) + "}"
            for part in form.parts
        )
        return Gift("see", self._say("message", text=self.words.quoted(text)))

    def _one_of(self, form: checked.OneOf) -> Gift:
        told = []
        for choice in form.choices:
            gift = self.gift(choice.reward, is_one=False)
            what = gift.what
            if gift.verb in ("lose", "move"):
                what = self._say("lost" if gift.verb == "lose" else "moved", what=what)
            told.append(self._say("choice", what=what, share=self.told.share(choice.share)))
        return Gift("win", self._say("one-of", choices=self.words.listed(told, "or")))


def _key(key: str, *, is_one: bool) -> str:
    """A phrase that ends the sentence, or one that others may follow."""
    return key if is_one else f"{key}-inside"


def _is_plain(rewards: Sequence[checked.Reward]) -> bool:
    """True where each is told in a word or two, so that one verb does for all."""
    return all(isinstance(reward.form, _PLAIN) for reward in rewards)


def _few(reward: checked.Reward) -> Audience:
    """Those chosen from all customers, where a reward is for some."""
    audience = reward.audience
    return audience if isinstance(audience, checked.Top | checked.AtRandom) else None
