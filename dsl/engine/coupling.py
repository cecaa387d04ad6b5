"""Which rules an edit can touch, and which have to be decided to know what they come to.

A graph of what hangs on what: rules, and what stands between them (units, the tier, segments,
things, limits and budgets, groups, bases, what discounts leave, when customers are settled). An
edit touches what can be reached from the rules that differ; what that hangs on has to be decided
with it.
Source: docs/language.md, section 4.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from dsl.engine.compiled import DERIVED
from dsl.engine.entries import CORRECTING
from dsl.engine.nodes import refers_to_segments, remembers, walk
from dsl.engine.plans import every
from dsl.meaning import checked
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dsl.engine.compiled import Compiled
    from dsl.engine.plans import RewardPlan, RulePlan

Node = tuple[str, ...]
TIER: Node = ("tier",)
# What discounts leave of prices, which all else may look at; redemptions that were not refused.
NET: Node = ("net",)
REDEEMED: Node = ("redeemed",)
# When customers are settled, beside at their events and at midnights.
SETTLED: Node = ("settled",)
# Events that say what became of a redemption.
OF_REDEEMING = frozenset({"redeem", "cancel"})
# What of a program may differ between two whose rules are held against each other.
OF_RULES = frozenset({"name", "rules", "challenges", "parameters", "readers"})
# Nodes that are named as a rule is.
OF_NAME = frozenset({"rule", "challenge"})


@dataclass(frozen=True, slots=True)
class Touched:
    """Names of rules, challenges' among them, of two programs of which one is an edit of the other.

    What is not `changed` gives the same awards in both; what `changed` ones come to hangs on those
    `needed`, themselves included.
    """

    changed: frozenset[str]
    needed: frozenset[str]


def touched(
    before: Compiled, after: Compiled, events: Collection[str] = CORRECTING
) -> Touched | None:
    """What an edit touches, where there are such events among others.

    None where more than rules differs, or their order.
    """
    if _declared(before.program) != _declared(after.program):
        return None
    names = [[plan.name for plan in sorted(of.rules, key=_place)] for of in (before, after)]
    common = set(names[0]).intersection(names[1])
    if [name for name in names[0] if name in common] != [
        name for name in names[1] if name in common
    ]:
        return None
    influences = _Influences((before, after), events)
    edited = set(_edited(before, after))
    changed = _reached(edited, influences.on)
    # Of units, tiers and the like nobody asks what becomes of them.
    needed = _reached({node for node in changed if node[0] in OF_NAME}, influences.by)
    return Touched(_rules(changed), _rules(needed))


def only(program: checked.Program, rules: frozenset[str]) -> checked.Program:
    """The program with these rules alone, and what it declares."""
    places = [number for number, rule in enumerate(program.rules) if rule.name in rules]
    return replace(
        program,
        rules=tuple(program.rules[place] for place in places),
        challenges={
            name: replace(one, rules_before=sum(place < one.rules_before for place in places))
            for name, one in program.challenges.items()
            if name in rules
        },
    )


def _declared(program: checked.Program) -> list[object]:
    """All that a program says beside its rules, in its order."""
    found = (getattr(program, one.name) for one in fields(program) if one.name not in OF_RULES)
    return [list(one.items()) if isinstance(one, dict) else one for one in found]


def _place(plan: RulePlan) -> tuple[int, int]:
    return plan.place


def _edited(before: Compiled, after: Compiled) -> Iterator[Node]:
    """The rules and challenges that are not the same in both."""
    own, other = ({plan.name: plan.rule for plan in one.rules} for one in (before, after))
    for name in own.keys() | other:
        if own.get(name) != other.get(name):
            yield _rule(name)
    mine, theirs = before.program.challenges, after.program.challenges
    for name in mine.keys() | theirs:
        # How many rules stand before it says nothing of itself.
        alike = [replace(one[name], rules_before=0) for one in (mine, theirs) if name in one]
        if len(alike) == 1 or alike[0] != alike[1]:
            yield _challenge(name)


def _reached(first: Iterable[Node], edges: dict[Node, set[Node]]) -> set[Node]:
    found = set(first)
    waiting = list(found)
    while waiting:
        for node in edges[waiting.pop()]:
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found


def _rules(nodes: Iterable[Node]) -> frozenset[str]:
    """The rules among nodes; a challenge counts as its own."""
    return frozenset(name for kind, *rest in nodes for name in rest if kind in OF_NAME)


def _rule(name: str) -> Node:
    return "rule", name


def _challenge(name: str) -> Node:
    return "challenge", name


class _Influences:
    """What each node has an influence on, and what has one on it."""

    def __init__(self, programs: Iterable[Compiled], events: Collection[str]) -> None:
        self.on: dict[Node, set[Node]] = defaultdict(set)
        self.by: dict[Node, set[Node]] = defaultdict(set)
        self._has_refunds, self._has_redeems = "refund" in events, "redeem" in events
        # Units of which something expires, and whether what is asked for is what was settled last.
        self._expiring: frozenset[str] = frozenset()
        self._lags = False
        for compiled in programs:
            self._take(compiled)

    def _add(self, first: Node, second: Node) -> None:
        """Note that the first has an influence on the second."""
        self.on[first].add(second)
        self.by[second].add(first)

    def _bind(self, one: Node, other: Node) -> None:
        """Note that both have an influence on each other."""
        self._add(one, other)
        self._add(other, one)

    def _take(self, compiled: Compiled) -> None:
        program = compiled.program
        self._expiring = frozenset(_expiring(compiled))
        self._lags = refers_to_segments(program)
        for plan in compiled.rules:
            self._take_rule(plan)
        self._asks(TIER, program.tiers)
        for name, segment in program.segments.items():
            self._asks(_segment(name), segment)
        if remembers(program):
            self._add(SETTLED, TIER)
        for name, challenge in program.challenges.items():
            self._asks(_challenge(name), challenge.goals)
        for guard in program.guards:
            # What is held or rejected did not happen, for all else.
            self._asks(NET, guard)
        if self._lags:
            for name in program.segments:
                self._add(SETTLED, _segment(name))
        if self._has_redeems:
            self._take_redemptions(compiled)

    def _take_redemptions(self, compiled: Compiled) -> None:
        program = compiled.program
        for name, offer in program.redeemables.items():
            self._asks(("offer", name), offer)
            self._add(("offer", name), REDEEMED)
            for price in offer.prices:
                self._bind(("offer", name), _unit(price.unit.name))
        for unit in program.units:
            # A redeem may name a unit alone.
            self._add(_unit(unit), REDEEMED)
        if compiled.has_recipients:
            # Who was paid before their first event has joined by that, if it is not refused.
            for node in (TIER, *map(_segment, program.segments)):
                self._add(REDEEMED, node)
            for plan in compiled.rules:
                self._add(REDEEMED, _rule(plan.name))

    def _take_rule(self, plan: RulePlan) -> None:
        own, rule = _rule(plan.name), plan.rule
        self._asks(own, rule)
        if OF_REDEEMING.intersection(rule.events):
            self._add(REDEEMED, own)
        if rule.group is not None:
            self._bind(own, ("group", rule.group[1]))
        if plan.has_discount:
            self._add(own, NET)
        if isinstance(rule.trigger, ast.TierChange | ast.SegmentChange):
            self._add(SETTLED, own)
        if self._settles(plan):
            self._add(own, SETTLED)
        # Bases are of one event; what falls due or follows is one of its own.
        causes = rule.events or (type(rule.trigger).__name__,)
        for reward in every(plan.rewards):
            self._take_reward(own, reward, causes)

    def _settles(self, plan: RulePlan) -> bool:
        """True of a rule whose customers are settled by it, at other times than else."""
        if any(one.recipient is not None for one in every(plan.rewards)):
            return True
        return self._lags if isinstance(plan.rule.trigger, DERIVED) else not plan.rule.events

    def _take_reward(self, own: Node, plan: RewardPlan, causes: tuple[str, ...]) -> None:
        unit, form = plan.unit, plan.reward.form
        for term in (*plan.own, *plan.shared):
            self._bind(own, ("term", term.name))
        match form:
            case checked.Thing():
                # Of several of a kind one is used first.
                self._bind(own, _thing(form.kind, form.name))
            case checked.TierAward():
                self._add(own, TIER)
            case _:
                pass
        if unit is None:
            return
        if not unit.is_money:
            self._add(own, _unit(unit.name))
        is_bounded = unit.never_below_zero or unit.name in self._expiring
        if isinstance(form, checked.Deduction) or (self._has_refunds and is_bounded):
            # No more is taken than there is, and nothing that expired.
            self._add(_unit(unit.name), own)
        for cause in causes:
            if plan.is_rate:
                self._add(own, ("base", unit.name, cause))
            if plan.is_multiplier:
                self._add(("base", unit.name, cause), own)

    def _asks(self, own: Node, node: Any) -> None:  # noqa: ANN401 - any typed node, or several
        """Note what is looked at anywhere in a node."""
        if own != NET:
            self._add(NET, own)
        for part in walk(node):
            for asked in _asked(part):
                self._add(asked, own)


def _asked(part: Any) -> Iterator[Node]:  # noqa: ANN401 - any node
    """What of the state that awards make one node looks at."""
    match part:
        case checked.Balance() | checked.Lifetime() | checked.Earned():
            yield _unit(part.unit.name)
        case checked.TierNow() | checked.LeftTo() | ast.TierChange():
            yield TIER
        case checked.InSegment():
            yield _segment(part.segment)
        case checked.Holds():
            # Perks come with the tier.
            yield from (_thing(part.kind, part.name), TIER)
        case checked.Group():
            if part.ranks:
                yield TIER
            yield from map(_segment, part.segments)
        case ast.SegmentChange():
            yield _segment(part.segment.dotted)
        case ast.ChallengeCompleted():
            yield _challenge(part.name)
        case ast.Expiring():
            yield _unit(part.unit.dotted)
        case checked.Past() | checked.DaysSincePrevious() | checked.Goal() if (
            part.event in OF_REDEEMING
        ):
            yield REDEEMED
        case ast.Without() if part.event.dotted in OF_REDEEMING:
            yield REDEEMED
        case ast.Around() if part.of.dotted in OF_REDEEMING:
            yield REDEEMED
        case _:
            pass


def _expiring(compiled: Compiled) -> Iterator[str]:
    """The units of which awards may expire."""
    for name, unit in compiled.program.units.items():
        if unit.expiry is not None:
            yield name
    for plan in compiled.rules:
        if plan.rule.expiry is not None:
            yield from (one.unit.name for one in every(plan.rewards) if one.unit is not None)


def _segment(name: str) -> Node:
    return "segment", name


def _unit(name: str) -> Node:
    return "unit", name


def _thing(kind: str, name: str) -> Node:
    return "thing", kind, name
