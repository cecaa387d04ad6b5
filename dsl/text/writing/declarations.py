"""Writes what a program names."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.text import ast
from dsl.text.layout import Group, Indent, Layout, Line
from dsl.text.writing.expressions import Part, joined, listed
from dsl.text.writing.literals import constant, duration, money, number, quoted
from dsl.text.writing.rewards import Rewards

_PRICE = 'reward "r": 5'


class Declarations(Rewards):
    """Writes the declarations of a text."""

    def _declared(self, node: ast.Node, head: str, options: Sequence[Part] = ()) -> Layout:
        """A head and, after a colon, what is declared, by commas."""
        if not options:
            return [head, self._head(node)]
        return Group([f"{head}:", self._head(node), Indent([Line(), listed(options)])])

    # --- the program and its events ------------------------------------------------------------

    def _program(self, program: ast.ProgramDecl) -> Layout:
        options: list[tuple[ast.Node, str]] = []
        if program.timezone is not None:
            options.append((program.timezone, f"timezone {quoted(program.timezone.value)}"))
        if program.currency is not None:
            options.append((program.currency, f"currency {program.currency.dotted}"))
        options += [(clause, self.clause(clause)) for clause in program.clauses]
        return self._spaced(program, f"program {quoted(program.name)}", options)

    def _campaign(self, campaign: ast.CampaignDecl) -> Layout:
        colon = ":" if campaign.clauses else ""
        options = [(clause, self.clause(clause)) for clause in campaign.clauses]
        return self._spaced(campaign, f"campaign {quoted(campaign.name)}{colon}", options)

    def _spaced(self, node: ast.Node, head: str, options: Sequence[tuple[ast.Node, str]]) -> Layout:
        """A head and its options, by spaces."""
        written = [[Line(), self._above(one), self._ended(one, text)] for one, text in options]
        return Group([head, self._head(node), Indent(written)])

    def _attributes(self, statement: ast.AttributesDecl | ast.EventDecl) -> Layout:
        attributes = [
            self._part(attribute, f"{self._name(attribute.name)} {_type(attribute.type)}")
            for attribute in statement.attributes
        ]
        if isinstance(statement, ast.EventDecl):
            head = f"event {self._event(statement.name, 'event')}"
        elif statement.holder.parts == ("any", "event"):
            head = "attributes of any event"
        else:
            head = f"attributes of {self._event(statement.holder, 'attributes of')}"
        return self._declared(statement, head, attributes)

    # --- units and things ----------------------------------------------------------------------

    def _unit_decl(self, unit: ast.UnitDecl) -> Layout:
        options = [self._part(option, self._unit_option(option)) for option in unit.options]
        return self._declared(unit, f"unit {self._unit(unit.name, 'unit')}", options)

    @staticmethod
    def _unit_option(option: ast.UnitOption) -> str:
        match option:
            case ast.ExpireAfter():
                return f"expire {duration(option.duration)} after earned"
            case ast.ExpireAtEnd():
                return f"expire at end of {option.which} {option.period}"
            case ast.Pending():
                return f"pending {duration(option.duration)}"
            case ast.Worth():
                return f"worth {money(option.money)}"
            case ast.RedeemAtLeast():
                return f"redeem at least {number(option.amount)}"
            case ast.RedeemSteps():
                return f"redeem in steps of {number(option.amount)}"
            case ast.Precision():
                return f"precision {option.decimals}"
            case ast.Rounding():
                return f"round {option.mode}"
            case ast.NeverBelowZero():
                return "never below zero"

    def _thing_decl(self, thing: ast.ThingDecl) -> Layout:
        options: list[Part] = []
        for option in thing.options:
            match option:
                case ast.Worth():
                    words = f"worth {money(option.money)}"
                case ast.Cost():
                    words = f"cost {money(option.money)}"
                case ast.Stock():
                    words = f"stock {option.count}"
            options.append(self._part(option, words))
        return self._declared(thing, f"{thing.kind} {quoted(thing.name)}", options)

    # --- tiers ---------------------------------------------------------------------------------

    def _tier(self, tier: ast.TierDecl) -> Layout:
        alternatives: list[Part] = []
        for together in tier.items:
            items = [self._part(item, self._tier_item(item)) for item in together]
            line = Group(Indent(joined([("", items[0][1]), *items[1:]], "and ")))
            alternatives.append((items[0][0], line))
        parts: list[Part] = [("", joined(alternatives, "or ") if alternatives else "by award")]
        parts += [self._part(option, self._tier_option(option)) for option in tier.options]
        return self._declared(tier, f"tier {self._name(tier.name)}", parts)

    def _tier_item(self, item: ast.TierItem) -> Layout:
        match item:
            case ast.Spent():
                return f"{number(item.amount)} spent {self._window(item.window)}"
            case ast.EarnedItem():
                amount = self._amount(item.amount, item.unit, "tier x: 5")
                return f"{amount} earned {self._window(item.window)}"
            case ast.HeldItem():
                return f"{self._amount(item.amount, item.unit, 'tier x: 5')} held"
            case ast.EventsItem():
                past = self._past(item.past, "tier x: 5", many=item.count != 1)
                return [f"{number(item.count)} ", past]
            case ast.WhereItem():
                return ["where", self._restriction(item.where)]

    @staticmethod
    def _tier_option(option: ast.TierOption) -> str:
        match option:
            case ast.Keep():
                return f"keep {duration(option.duration)}"
            case ast.KeepUntilEnd():
                return f"keep until end of {option.which} {option.period}"
            case ast.Grace():
                return f"grace {duration(option.duration)}"
            case ast.OneStep():
                return "one step at a time"
            case ast.Perks():
                return f"perks {', '.join(quoted(name) for name in option.names)}"

    # --- segments, lists, parameters -----------------------------------------------------------

    def _segment(self, segment: ast.SegmentDecl) -> Layout:
        where = [Line(), self._above(segment.where), Indent(self._anchored(segment.where))]
        head = f"segment {self._name(segment.name)}:"
        return Group([head, self._head(segment), Indent(where)])

    def _list(self, statement: ast.ListDecl) -> Layout:
        values = [self._part(value, constant(value)) for value in statement.values]
        return self._declared(statement, f"list {self._name(statement.name)}", values)

    def _parameter(self, parameter: ast.ParameterDecl) -> Layout:
        told = "" if parameter.description is None else f" {quoted(parameter.description)}"
        value = (self._above(parameter.value), [self._ended(parameter.value, ""), told])
        shown: Part = (value[0], [constant(parameter.value), value[1]])
        return self._declared(parameter, f"parameter {self._name(parameter.name)}", [shown])

    # --- redemption ----------------------------------------------------------------------------

    def _reward_decl(self, reward: ast.RewardDecl) -> Layout:
        prices = [self._part(price, self._price(price)) for price in reward.prices]
        first = Group(Indent(joined([("", prices[0][1]), *prices[1:]], "or ")))
        parts: list[Part] = [(prices[0][0], first)]
        parts += [self._part(option, self._reward_option(option)) for option in reward.options]
        return self._declared(reward, f"reward {quoted(reward.name)}", parts)

    def _price(self, price: ast.Price) -> str:
        beside = "" if price.money is None else f" + {money(price.money)}"
        return f"{self._amount(price.amount, price.unit, _PRICE)}{beside}"

    def _reward_option(
        self, option: ast.For | ast.Where | ast.Stock | ast.Limit | ast.Once
    ) -> Layout:
        match option:
            case ast.For():
                return ["to ", self._target(option.target)]
            case ast.Where():
                return ["where", self._restriction(option.where)]
            case ast.Stock():
                return f"stock {option.count}"
            case _:
                return self.clause(option)


def _type(declared: ast.AttributeType) -> str:
    if declared.kind != "one of":
        return declared.kind
    return f"one of ({', '.join(quoted(choice) for choice in declared.choices)})"
