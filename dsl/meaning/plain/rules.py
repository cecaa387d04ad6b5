"""A rule, a challenge or a guard as one paragraph: when, for whom, what, then its clauses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.plain.audience import Subject, Who, shared_group
from dsl.meaning.plain.clauses import Clauses
from dsl.meaning.plain.rewards import Rewards
from dsl.meaning.plain.triggers import Triggers
from dsl.meaning.triggers import CALENDAR

if TYPE_CHECKING:
    from dsl.meaning.plain.conditions import Conditions
    from dsl.meaning.plain.history import Inside
    from dsl.meaning.plain.words import Words


@dataclass(frozen=True, slots=True)
class Rules:
    """Tells rules."""

    told: Conditions

    @property
    def words(self) -> Words:
        """The language's phrases."""
        return self.told.words

    def rule(self, rule: checked.Rule) -> str:
        """The whole rule as a paragraph."""
        limit = self._plain_limit(rule)
        if isinstance(rule.trigger, CALENDAR):
            first = self._on_the_calendar(rule, limit)
        else:
            first = self._on_an_event(rule, limit)
        return self.words.paragraph([first, *Clauses(self.told).of_rule(rule, without=limit)])

    def _say(self, key: str, **parts: str) -> str:
        return self.words.say("rule", key, **parts)

    # --- the first sentence ----------------------------------------------------------------------

    def _on_an_event(self, rule: checked.Rule, limit: checked.Allowance | None) -> str:
        triggers = Triggers(self.told)
        does, where = triggers.purchase_of(rule.trigger, rule.where)
        who = Who(self.told).group(shared_group(rule.rewards))
        trigger = triggers.trigger(rule.trigger, who, does)
        rewards = self._limited(Rewards(self.told).all(rule.rewards), limit)
        if where is None:
            return self._say("plain", trigger=trigger, rewards=rewards)
        condition = self.told.condition(where)
        key = "and" if does is None and self.told.is_single(where) else "if"
        return self._say(key, trigger=trigger, condition=condition, rewards=rewards)

    def _on_the_calendar(self, rule: checked.Rule, limit: checked.Allowance | None) -> str:
        """What happens to all customers at once: to each, or to some of them all."""
        trigger = Triggers(self.told).trigger(rule.trigger)
        who = Who(self.told).group(shared_group(rule.rewards))
        own = [reward for reward in rule.rewards if reward.recipient is None]
        is_chosen = [isinstance(r.audience, checked.Top | checked.AtRandom) for r in own]
        condition = "" if rule.where is None else self.told.condition(rule.where)
        rewards = self._limited(Rewards(self.told).all(rule.rewards), limit)
        if own and all(is_chosen):
            key = "among-if" if condition else "among"
            return self._say(key, trigger=trigger, condition=condition, rewards=rewards)
        if condition:
            return self._say(
                "for-each-if", trigger=trigger, who=who, condition=condition, rewards=rewards
            )
        if len(own) == len(rule.rewards) and not any(is_chosen):
            one = Subject("", self.words.plural("1"))
            does = self._limited(Rewards(self.told).does(rule.rewards, one), limit)
            return self._say("each", trigger=trigger, who=who, does=does)
        return self._say("for-each", trigger=trigger, who=who, rewards=rewards)

    # --- a limit that goes without saying whose it is --------------------------------------------

    def _plain_limit(self, rule: checked.Rule) -> checked.Allowance | None:
        """The only limit of a rule with one reward, where it counts what that gives."""
        if len(rule.allowances) != 1 or len(rule.rewards) != 1:
            return None
        (limit,), (reward,) = rule.allowances, rule.rewards
        is_same = limit.unit is not None and reward.unit is not None
        if not is_same or limit.scope != "limit" or limit.counts != "unit":
            return None
        is_own = reward.recipient is None and reward.at_most is None
        return limit if is_own and limit.unit == reward.unit else None

    def _limited(self, rewards: str, limit: checked.Allowance | None) -> str:
        if limit is None:
            return rewards
        clauses = Clauses(self.told)
        amount, period = clauses.allowed(limit), self.told.per(limit.period)
        key = "limited" if period else "limited-ever"
        return self._say(key, rewards=rewards, amount=amount, period=period)

    # --- challenges and guards -------------------------------------------------------------------

    def challenge(self, challenge: checked.Challenge) -> str:
        """What has to be done, within which time, and what it gives."""
        # Said of the challenge itself.
        once = tuple(one for one in challenge.rule.once if one.attribute or one.period)
        rule = replace(challenge.rule, once=once)
        first = self.words.say(
            "challenge",
            "is",
            who=Who(self.told).group(shared_group(rule.rewards)),
            goals=self.words.listed([self._goal(goal) for goal in challenge.goals]),
            duration=self.told.duration(challenge.within),
            rewards=Rewards(self.told).all(rule.rewards),
        )
        repeats = self.words.say("challenge", "once" if challenge.once_per_customer else "repeats")
        return self.words.paragraph([first, repeats, *Clauses(self.told).of_rule(rule)])

    def _goal(self, goal: checked.Goal) -> str:
        number = str(goal.count)
        form = self.words.plural(number)
        inside: Inside = "past-item" if goal.items else "past"
        what = (
            self.words.form("there", "item", form, where="")
            if goal.items
            else self.told.events(goal.event, form)
        )
        where = self.told.where(goal.where, inside, last=False)
        return self.words.say("challenge", "goal", n=number, what=what, where=where)

    def guard(self, guard: checked.Guard) -> str:
        """Which events it stops, and how."""
        words = self.words
        trigger = Triggers(self.told).events(guard.events)
        key = "and" if self.told.is_single(guard.where) else "if"
        condition = words.say("guard", key, condition=self.told.condition(guard.where))
        phrases = [words.say("guard", guard.action, trigger=trigger, condition=condition)]
        if guard.because is not None:
            phrases.append(words.say("guard", "because", text=words.quoted(guard.because)))
        return words.paragraph(phrases)
