"""Who gets a reward, in phrases: ` in tier gold or above`, `the referrer`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.plain.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.meaning.plain.words import Words

Audience = checked.Group | checked.Top | checked.AtRandom | None
MANY = "0"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who gets something, and which form of a verb follows."""

    text: str
    form: str


@dataclass(frozen=True, slots=True)
class Who:
    """Tells audiences."""

    told: Conditions

    @property
    def words(self) -> Words:
        """The language's phrases."""
        return self.told.words

    def group(self, group: checked.Group | None) -> str:
        """` in tier gold or above`, after `a customer`; nothing for everyone."""
        if group is None:
            return ""
        tiers = self._tiers(group.ranks, negated=group.negated)
        segments = ""
        if group.segments:
            names = [self.words.name(name) for name in sorted(group.segments)]
            key = "not-segment" if group.negated else "segment"
            segments = self.words.say("who", key, segments=self.words.listed(names, "or"))
        if tiers and segments:
            key = "and-not" if group.negated else "or"
            return self.words.say("who", key, first=tiers, last=segments)
        if not tiers and not segments and not group.negated:
            return self.words.say("who", "nobody")
        return tiers or segments

    def _tiers(self, ranks: frozenset[int], *, negated: bool) -> str:
        """Tiers by name; from one to the highest `and above`, and those without a tier apart."""
        if not ranks:
            return ""
        count = len(self.told.program.tiers)
        if negated and 0 in ranks:
            # All but those: what remains are tiers, or nobody.
            rest = frozenset(range(count + 1)) - ranks
            return self._tiers(rest, negated=False) or self.words.say("who", "nobody")
        named = sorted(rank for rank in ranks if rank)
        none = self.words.say("who", "no-tier") if 0 in ranks else ""
        if not named:
            return none
        top = list(range(named[0], count + 1))
        key = "tier"
        tiers = self.words.listed([self.told.tier(rank) for rank in named], "or")
        if len(named) > 1 and named == top:
            key, tiers = "tier-and-above", self.told.tier(named[0])
        told = self.words.say("who", f"not-{key}" if negated else key, tiers=tiers)
        return self.words.say("who", "or", first=told, last=none) if none else told

    def recipient(self, node: checked.Expr) -> Subject:
        """A role: `the referrer`."""
        role = self.told.value(node)
        return Subject(self.words.say("subject", "role", role=role), self.words.plural("1"))

    def they(self) -> Subject:
        """The customer spoken of."""
        return Subject(self.words.say("subject", "they"), self.words.plural(MANY))

    def chosen(self, audience: checked.Top | checked.AtRandom, *, among: bool) -> Subject:
        """Those with the highest value, or drawn; `among` those spoken of before."""
        number = str(audience.count)
        form = self.words.plural(number)
        who = self.words.say("subject", "of-those") if among else ""
        if isinstance(audience, checked.Top):
            value = self.told.value(audience.by, last=False)
            told = self.words.form("subject", "top", form, n=number, who=who, value=value)
        else:
            told = self.words.form("subject", "random", form, n=number, who=who)
        return Subject(told, form)


def shared_group(rewards: Iterable[checked.Reward]) -> checked.Group | None:
    """The group that all rewards of the customer's own are for; None where they differ."""
    groups = {reward.audience for reward in rewards if reward.recipient is None}
    only = groups.pop() if len(groups) == 1 else None
    return only if isinstance(only, checked.Group) else None
