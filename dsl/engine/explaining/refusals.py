"""Why a rule gave nothing: the first test that failed, and by how much where it can be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.following import MOST_DERIVED
from dsl.engine.messages import number
from dsl.engine.nodes import parts_of
from dsl.meaning import checked
from dsl.meaning.plain.conditions import TURNED
from dsl.meaning.types import TEXTUAL, Kind
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.engine.decision import FailedTest, Outcome
    from dsl.engine.explaining.phrases import Phrases
    from dsl.meaning.checked import Campaign, Condition, Rule

Pair = tuple[int, int]
DAYS = Kind.DATE


@dataclass(frozen=True, slots=True)
class Refusals:
    """Tells why rules gave nothing; `tier` is the customer's."""

    phrases: Phrases
    tier: str | None

    def refused(self, rule: Rule, outcome: Outcome) -> str:
        """Why a rule gave nothing."""
        say = self.phrases.say
        match outcome.reason:
            case "not-in-force":
                return self._not_in_force(rule)
            case "guard" if outcome.by:
                return say("refused", "guard", guard=self.phrases.name(outcome.by))
            case "condition":
                return self.failed(rule.where, outcome.test, rule)
            case "audience":
                return self._audience(rule)
            case "chance" if rule.chance is not None:
                return say("refused", "chance", share=self.phrases.share(rule.chance))
            case "campaign":
                return self.campaign(rule)
            case "derived-depth":
                return say("refused", "derived-depth", most=str(MOST_DERIVED))
            case "nothing" if any(isinstance(one.form, checked.OneOf) for one in rule.rewards):
                return say("refused", "nothing-drawn")
            case _:
                return self.other(outcome)

    def other(self, outcome: Outcome) -> str:
        """A reason that nothing more is known of."""
        known = self.phrases.wording["refused"]
        reason = str(outcome.reason or "nothing")
        key = reason if reason in known else f"{reason}-other"
        template = str(known.get(key, reason))
        return reason if "{" in template else template

    # --- dates ------------------------------------------------------------------------------------

    def _not_in_force(self, rule: Rule) -> str:
        say, phrases = self.phrases.say, self.phrases
        match self._side(rule):
            case "before":
                return say("refused", "not-yet", start=phrases.told.day_or_moment(rule.starts or 0))
            case "after":
                return say("refused", "no-longer", end=phrases.ended(rule.ends or 0))
            case _:
                return say("refused", "not-in-force")

    def campaign(self, rule: Rule) -> str:
        """That a rule's campaign is not running."""
        say, phrases = self.phrases.say, self.phrases
        campaign = phrases.program.campaigns.get(rule.campaign or "")
        if campaign is None:
            return say("refused", "campaign-other")
        name = phrases.name(campaign.name)
        match self._side(campaign):
            case "before":
                start = phrases.told.day_or_moment(campaign.starts or 0)
                return say("refused", "campaign-not-yet", campaign=name, start=start)
            case "after":
                end = phrases.ended(campaign.ends or 0)
                return say("refused", "campaign-no-longer", campaign=name, end=end)
            case _ if campaign.starts is None and campaign.ends is None:
                return say("refused", "campaign-other")
            case _:
                return say("refused", "campaign", campaign=name)

    def is_running(self, campaign: Campaign) -> bool:
        """False where the event is known to be outside a campaign's dates."""
        at = self.phrases.at
        return at is None or not (
            (campaign.starts is not None and at < campaign.starts)
            or (campaign.ends is not None and at >= campaign.ends)
        )

    def _side(self, dated: Rule | Campaign) -> str:
        """Whether the event is before or after; where its time is not known, as the dates tell."""
        at, starts, ends = self.phrases.at, dated.starts, dated.ends
        if starts is not None and (at < starts if at is not None else ends is None):
            return "before"
        if ends is not None and (at >= ends if at is not None else starts is None):
            return "after"
        return ""

    # --- who --------------------------------------------------------------------------------------

    def _audience(self, rule: Rule) -> str:
        say, rewards = self.phrases.say, rule.rewards
        groups = [one.audience for one in rewards if isinstance(one.audience, checked.Group)]
        if groups:
            return self.for_group("refused", groups, self.tier)
        for reward in rewards:
            match reward.audience:
                case checked.Top(count=count):
                    return say("refused", "audience-top", n=str(count))
                case checked.AtRandom(count=count):
                    return say("refused", "audience-random", n=str(count))
                case _ if reward.recipient is not None:
                    role = self.phrases.told.value(reward.recipient)
                    return say("refused", "audience-role", role=role.removeprefix("the "))
        return say("refused", "audience-other")

    def for_group(self, table: str, groups: list[checked.Group], tier: str | None) -> str:
        """Whom it is for, and where the customer is."""
        who = self.phrases.group(groups)
        if not tier:
            return self.phrases.say(table, "audience-none", who=who)
        return self.phrases.say(table, "audience", who=who, tier=self.phrases.name(tier))

    # --- conditions -------------------------------------------------------------------------------

    def failed(self, where: Condition | None, test: FailedTest | None, rule: Rule | None) -> str:
        """The part of a condition that failed, and its gap; of no rule, in words of ours."""
        say, parts = self.phrases.say, parts_of(where)
        if test is None or not 0 <= test.part < len(parts):
            return say("refused", "condition-other")
        node = parts[test.part]
        part = self._text(node, rule) or self.phrases.told.condition(node)
        words = {"part": part}
        node, op = _stripped(node)
        match node:
            case checked.Nth() if test.left is not None:
                return say("refused", "nth", **words, value=number(*test.left))
            case checked.Comparison():
                return self._compared(node, op, test, words, rule)
            case checked.Between() if test.left is not None and test.right is not None:
                is_below = _gap(test.left, test.right) < 0
                return self._gap(node.value, test.left, test.right, is_below, words, rule)
            case checked.Between() | checked.Membership():
                return self._value(node.value, test, words)
            case _:
                return say("refused", "condition", **words)

    def _compared(
        self,
        node: checked.Comparison,
        op: str,
        test: FailedTest,
        words: dict[str, str],
        rule: Rule | None,
    ) -> str:
        left, right = test.left, test.right
        if node.left.type.kind in TEXTUAL or left is None or right is None:
            return self._value(node.left, test, words)
        about, other = node.left, node.right
        if isinstance(about, checked.Const) and not isinstance(other, checked.Const):
            about, other, left, right = other, about, right, left
            op = TURNED[op]  # type: ignore[index]  # an operator
        if op in ("=", "!=") or not _gap(left, right):
            known = self.phrases.value(left, about.type)
            return self.phrases.say("refused", "value", **words, value=known)
        return self._gap(about, left, right, op in (">", ">="), words, rule)

    def _value(self, node: checked.Expr, test: FailedTest, words: dict[str, str]) -> str:
        if test.text is not None:
            text = self.phrases.told.words.quoted(self.phrases.name(test.text))
            return self.phrases.say("refused", "value", **words, value=text)
        if test.left is None or node.type.kind in TEXTUAL:
            return self.phrases.say("refused", "unknown", **words)
        if isinstance(node, checked.Const):
            return self.phrases.say("refused", "unknown", **words)
        known = self.phrases.value(test.left, node.type)
        return self.phrases.say("refused", "value", **words, value=known)

    def _gap(
        self,
        node: checked.Expr,
        left: Pair,
        right: Pair,
        is_below: bool,  # noqa: FBT001 - which side it is on
        words: dict[str, str],
        rule: Rule | None,
    ) -> str:
        """How far a value is from what was asked of it."""
        phrases = self.phrases
        value, limit = phrases.value(left, node.type), phrases.value(right, node.type)
        gap = number(abs(_gap(left, right)), left[1] * right[1])
        about = self._text(node, rule)
        if node.type.kind is DAYS:
            key = "before" if is_below else "after"
            gap = phrases.told.duration(ast.Duration(abs(_gap(left, right)), "day"))
        elif not node.type.is_numeric:
            return phrases.say("refused", "value", **words, value=value)
        else:
            key = "short" if is_below else "above"
        if not about or about == words["part"]:
            if node.type.kind is DAYS:
                return phrases.say("refused", "value", **words, value=value)
            return phrases.say(
                "refused", f"{key}-whole", **words, value=value, gap=gap, right=limit
            )
        return phrases.say("refused", key, left=about, value=value, gap=gap, right=limit)

    def _text(self, node: checked.Typed, rule: Rule | None) -> str:
        return self.phrases.written(rule, node.span) if rule is not None else ""


def _gap(left: Pair, right: Pair) -> int:
    return left[0] * right[1] - right[0] * left[1]


_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _stripped(node: Condition) -> tuple[Condition, str]:
    """A test without the `not` before it, and the operator it then has."""
    turned = False
    while isinstance(node, checked.Inversion):
        node, turned = node.operand, not turned
    op = node.op if isinstance(node, checked.Comparison) else ""
    return node, _OPPOSITE[op] if turned and op else op
