"""Declarations as paragraphs: tiers, segments, campaigns, units, things and what is redeemed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.plain.audience import MANY, Who
from dsl.meaning.plain.clauses import Clauses
from dsl.meaning.plain.values import exact
from dsl.meaning.types import FLAG, Kind, Type
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.meaning.plain.conditions import Conditions
    from dsl.meaning.plain.words import Words
    from dsl.meaning.types import AttributeInfo, EventType, Exact, Unit


@dataclass(frozen=True, slots=True)
class Declarations:
    """Tells declarations."""

    told: Conditions

    @property
    def words(self) -> Words:
        """The language's phrases."""
        return self.told.words

    @property
    def program(self) -> checked.Program:
        """The program they stand in."""
        return self.told.program

    def _money(self, amount: Exact) -> str:
        return self.told.money(exact(amount.value, amount.decimals))

    # --- the program and its customers -----------------------------------------------------------

    def whole_program(self) -> str:
        """Where the program counts time and money, and its limits over all rules."""
        program, words = self.program, self.words
        first = words.say(
            "program",
            "is",
            name=words.quoted(program.name),
            timezone=program.timezone,
            currency=program.currency,
        )
        limits = Clauses(self.told).allowances(program.allowances, "program")
        return words.paragraph([first, *limits])

    def tier(self, tier: checked.Tier) -> str:
        """How a tier is reached, and how long it stays."""
        words, name = self.words, self.words.name(tier.name)
        if tier.items:
            condition = self.told.condition(_as_condition(tier.items))
            phrases = [words.say("tier", "reached", name=name, condition=condition)]
        else:
            phrases = [words.say("tier", "awarded", name=name)]
        match tier.keep:
            case ast.Keep(duration):
                phrases.append(words.say("tier", "keep", duration=self.told.duration(duration)))
            case ast.KeepUntilEnd(which, period):
                noun = words.form("duration", period, words.plural("1"))
                phrases.append(words.say("tier", f"keep-until-{which}", period=noun))
            case None:
                pass
        if tier.grace is not None:
            phrases.append(words.say("tier", "grace", duration=self.told.duration(tier.grace)))
        if tier.one_step:
            phrases.append(words.say("tier", "one-step"))
        if tier.perks:
            perks = words.listed([words.quoted(perk) for perk in tier.perks])
            phrases.append(
                words.say("tier", "perk" if len(tier.perks) == 1 else "perks", perks=perks)
            )
        return words.paragraph(phrases)

    def segment(self, segment: checked.Segment) -> str:
        """Who is in a segment."""
        name, condition = self.words.name(segment.name), self.told.condition(segment.where)
        told = self.words.say("segment", "is", name=name, condition=condition)
        return self.words.paragraph([told])

    def campaign(self, campaign: checked.Campaign) -> str:
        """What a campaign's rules share, and which they are."""
        words, clauses = self.words, Clauses(self.told)
        named = [rule.name for rule in self.program.rules if rule.campaign == campaign.name]
        rules = words.say("campaign", "no-rules")
        if named:
            form = words.plural(str(len(named)))
            told = words.listed([words.quoted(name) for name in named])
            rules = words.form("campaign", "rules", form, rules=told)
        return words.paragraph(
            [
                words.say("campaign", "is", name=words.quoted(campaign.name)),
                rules,
                *clauses.dates(campaign.starts, campaign.ends),
                *clauses.allowances(campaign.allowances, "campaign"),
                *clauses.once(campaign.once, "clause"),
            ]
        )

    def parameter(self, name: str, value: checked.Const) -> str:
        """What a named constant stands for."""
        told = self.told.constant(value)
        return self.words.paragraph(
            [self.words.say("parameter", "is", name=self.words.name(name), value=told)]
        )

    def event(self, event: EventType) -> str:
        """What an event carries, each with its type."""
        words = self.words
        attributes = words.listed([self._attribute(info) for info in event.attributes.values()])
        name = words.name(event.name)
        return words.paragraph([words.say("event-facts", "is", name=name, attributes=attributes)])

    def _attribute(self, info: AttributeInfo) -> str:
        words = self.words
        type_ = words.form("event-facts", "kind", info.type.kind.value)
        if info.type.choices:
            choices = words.listed([words.quoted(choice) for choice in info.type.choices], "or")
            type_ = words.say("event-facts", "choices", choices=choices)
        return words.say("event-facts", "attribute", name=words.name(info.name), type=type_)

    # --- units and things ------------------------------------------------------------------------

    def unit(self, unit: Unit) -> str:
        """How a unit is counted, when it expires, and how it is redeemed."""
        return self.words.paragraph(list(self._unit(unit)))

    def _unit(self, unit: Unit) -> Iterator[str]:
        words, name = self.words, self.told.unit(unit, MANY)
        rounding = words.form("unit-facts", "rounding", unit.rounding)
        if unit.precision:
            number = str(unit.precision)
            decimals = words.form("unit-facts", "decimals", words.plural(number), n=number)
            yield words.say(
                "unit-facts", "precise", unit=name, decimals=decimals, rounding=rounding
            )
        else:
            yield words.say("unit-facts", "whole", unit=name, rounding=rounding)
        match unit.expiry:
            case ast.ExpireAfter(duration):
                yield words.say("unit-facts", "after", duration=self.told.duration(duration))
            case ast.ExpireAtEnd(which, period):
                noun = words.form("duration", period, words.plural("1"))
                yield words.say("unit-facts", f"end-{which}", period=noun)
            case None:
                yield words.say("unit-facts", "never")
        if unit.pending is not None:
            yield words.say("unit-facts", "pending", duration=self.told.duration(unit.pending))
        if unit.worth is not None:
            yield words.say("unit-facts", "worth", money=self._money(unit.worth))
        if unit.redeem_least is not None:
            amount = self.told.whole(unit.redeem_least, unit)
            yield words.say("unit-facts", "least", amount=amount)
        if unit.redeem_step is not None:
            amount = self.told.whole(unit.redeem_step, unit)
            yield words.say("unit-facts", "step", amount=amount)
        if unit.never_below_zero:
            yield words.say("unit-facts", "never-below")

    def thing(self, info: checked.ThingInfo) -> str:
        """What a coupon, gift, badge or perk is worth and costs, and how many there are."""
        words = self.words
        thing = self.told.thing(info.kind, info.name)
        phrases = []
        if info.worth is not None:
            money = self._money(info.worth)
            phrases.append(words.say("thing-facts", "worth", thing=thing, money=money))
        else:
            phrases.append(words.say("thing-facts", "is", thing=thing))
        if info.cost is not None:
            phrases.append(words.say("thing-facts", "cost", money=self._money(info.cost)))
        if info.stock is not None:
            phrases.append(self._stock("thing-facts", info.stock))
        return words.paragraph(phrases)

    def _stock(self, table: str, count: int) -> str:
        number = str(count)
        return self.words.form(table, "stock", self.words.plural(number), n=number)

    # --- what is redeemed ------------------------------------------------------------------------

    def redeemable(self, reward: checked.Redeemable) -> str:
        """What a reward costs, who may redeem it and how often."""
        words, clauses = self.words, Clauses(self.told)
        prices = words.listed([self._price(price) for price in reward.prices], "or")
        phrases = [words.say("redeemable", "is", name=words.quoted(reward.name), prices=prices)]
        if reward.audience is not None:
            who = Who(self.told).group(reward.audience)
            if who:
                phrases.append(words.say("redeemable", "who", who=who))
        if reward.where is not None:
            condition = self.told.condition(reward.where)
            phrases.append(words.say("redeemable", "where", condition=condition))
        if reward.stock is not None:
            phrases.append(self._stock("redeemable", reward.stock))
        return words.paragraph(
            [
                *phrases,
                *clauses.allowances(reward.allowances, "redeemable"),
                *clauses.once(reward.once, "redeemable"),
            ]
        )

    def _price(self, price: checked.Price) -> str:
        amount = self.told.whole(price.amount, price.unit)
        if price.money is None:
            return self.words.say("redeemable", "price", amount=amount)
        money = self._money(price.money)
        return self.words.say("redeemable", "price-money", amount=amount, money=money)


def _as_condition(
    items: tuple[tuple[checked.AtLeast | checked.Condition, ...], ...],
) -> checked.Condition:
    """A tier's items as one condition."""
    ways = [_joined(checked.Conjunction, [_item(item) for item in way]) for way in items]
    return _joined(checked.Disjunction, ways)


def _joined(
    kind: type[checked.Conjunction | checked.Disjunction], parts: list[checked.Condition]
) -> checked.Condition:
    return parts[0] if len(parts) == 1 else kind(tuple(parts), type=FLAG)


def _item(item: checked.AtLeast | checked.Condition) -> checked.Condition:
    if not isinstance(item, checked.AtLeast):
        return item
    kind = item.value.type.kind if item.value.type.is_numeric else Kind.NUMBER
    least = checked.Const(item.least.value, type=Type(kind, item.least.decimals))
    return checked.Comparison(">=", item.value, least, type=FLAG)
