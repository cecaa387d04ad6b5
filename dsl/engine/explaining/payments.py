"""What a rule gave, step by step: worked out, cut, held back, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.clock import day_of
from dsl.engine.explaining.step import Step, StepKind
from dsl.engine.terms import capacity
from dsl.meaning import checked
from dsl.meaning.plain.values import date_text
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.engine.decision import Award, Cut, Decision, Outcome, Working
    from dsl.engine.explaining.phrases import Phrases
    from dsl.engine.explaining.refusals import Refusals
    from dsl.meaning.checked import Reward, Rule

# What can leave nothing of a reward without a limit of its own to name.
UNNAMED: dict[str, StepKind] = {"limit": "limit", "budget": "budget", "stock": "stock"}


@dataclass(frozen=True, slots=True)
class Payments:
    """Tells what rules gave in one decision."""

    phrases: Phrases
    refusals: Refusals
    decision: Decision

    def of_rule(self, rule: Rule, outcome: Outcome) -> Iterator[Step]:
        """All steps of a rule that matched."""
        for working in outcome.workings:
            if 0 <= working.reward < len(rule.rewards):
                yield from _Waterfall(self, rule, outcome, working).steps()

    def lines(self, rule: str, reward: int) -> list[Award]:
        """What a reward of a rule paid on this event itself, not what was taken back."""
        found = self.phrases.rules.get(rule)
        is_deduction = (
            found is not None
            and 0 <= reward < len(found.rewards)
            and isinstance(found.rewards[reward].form, checked.Deduction | checked.OneOf)
        )
        return [
            one
            for one in self.decision.awards
            if (one.rule, one.reward) == (rule, reward)
            and one.status != "revoked"
            and (one.amount >= 0 or is_deduction)
        ]

    def taken_back(self) -> Iterator[Step]:
        """What the event took back of awards of another one."""
        for one in self.decision.awards:
            if one.status != "revoked" and one in self.lines(one.rule, one.reward):
                continue
            key = "revoked" if one.status == "revoked" else "taken-back"
            sentence = self.phrases.say("paid", key, paid=self.award(one))
            yield Step(
                "taken-back", one.rule, sentence, one.reward, one.amount, one.unit, one.precision
            )

    # --- what was given ---------------------------------------------------------------------------

    def award(self, award: Award, amount: int | None = None) -> str:
        """An award as it stands in the decision: an amount with its sign, or a thing's name."""
        if award.unit in ("coupon", "gift", "badge", "perk", "tier", "message"):
            name = self.phrases.name(award.text or "")
            paid = self.phrases.say("paid", award.unit, name=name)
        else:
            paid = self._amount(award, award.amount if amount is None else amount)
        if award.customer == self.decision.customer:
            return paid
        customer = self.phrases.name(award.customer)
        return self.phrases.say("paid", "other", paid=paid, customer=customer)

    def _amount(self, award: Award, amount: int) -> str:
        unit = self.phrases.unit(award.unit, award.precision)
        return self.phrases.amount(amount, unit, signed=True)


@dataclass(frozen=True, slots=True)
class _Waterfall:
    """One reward's way from what it was worked out at to what was paid."""

    of: Payments
    rule: Rule
    outcome: Outcome
    working: Working

    @property
    def phrases(self) -> Phrases:
        return self.of.phrases

    @property
    def reward(self) -> Reward:
        """The reward, or that choice of `one of` which was drawn."""
        reward, choice = self.rule.rewards[self.working.reward], self.working.choice
        if isinstance(reward.form, checked.OneOf) and choice is not None:
            return reward.form.choices[choice].reward
        return reward

    def steps(self) -> Iterator[Step]:
        """Every step, in order."""
        working, lines = self.working, self.of.lines(self.rule.name, self.working.reward)
        cuts = [one for one in self.outcome.cuts if one.reward == working.reward]
        if not working.worked and not cuts:
            yield self._nothing()
            return
        withheld = any(one.status == "withheld" for one in lines)
        is_whole = working.paid == working.worked and not cuts and not withheld
        if not is_whole:
            yield self._step("worked", self._told("worked"), working.worked)
            yield from self._capped()
        for cut in cuts:
            yield self._cut(cut)
        yield from self._unnamed(cuts)
        if withheld:
            share = self.phrases.share(self.rule.holdout) if self.rule.holdout else ""
            yield self._step("held-out", self.phrases.say("cut", "held-out", share=share), 0)
            return
        for line in lines:
            sentence = self._told("paid", line) if is_whole else self.of.award(line)
            yield self._step("paid", sentence, line.amount)
            if is_whole:
                yield from self._capped()
            yield from self._later(line)

    # --- single steps -----------------------------------------------------------------------------

    def _step(self, kind: StepKind, sentence: str, amount: int | None = None) -> Step:
        unit = self.reward.unit
        return Step(
            kind,
            self.rule.name,
            sentence,
            self.working.reward,
            amount,
            unit.name if unit is not None else None,
            unit.precision if unit is not None else 0,
        )

    def _whole(self, amount: int) -> str:
        unit = self.reward.unit
        return str(amount) if unit is None else self.phrases.amount(amount, unit)

    def _written(self) -> str:
        return self.phrases.written(self.rule, self.reward.span)

    def _nothing(self) -> Step:
        say = self.phrases.say
        if self.outcome.reason == "overflow":
            return self._step("overflow", say("refused", "overflow"), 0)
        written = self._written()
        if len(self.rule.rewards) > 1 and written:
            return self._step("nothing", say("refused", "nothing-of", reward=written), 0)
        return self._step("nothing", say("refused", "nothing"), 0)

    def _told(self, table: str, line: Award | None = None) -> str:
        """What it came to: `worked` out at first, or at once `paid`."""
        say, working, reward = self.phrases.say, self.working, self.reward
        if reward.unit is None:
            if table == "paid" and line is not None:
                return self.of.award(line)
            return say("worked", "thing", thing=self._thing())
        amount = self._whole(working.worked) if line is None else self.of.award(line)
        written = self._written()
        if working.base is not None:
            base = self._whole(working.base)
            return say(table, "base", amount=amount, reward=written, base=base)
        is_plain = isinstance(reward.form, checked.Flat) and reward.at_most is None
        if is_plain or not written:
            return say(table, "amount" if table == "paid" else "plain", amount=amount)
        return say(table, "detail", amount=amount, reward=written)

    def _thing(self) -> str:
        say, name = self.phrases.say, self.phrases.name
        match self.reward.form:
            case checked.Thing(kind=kind, name=thing):
                return say("paid", kind, name=name(thing))
            case checked.TierAward(rank=rank):
                return say("paid", "tier", name=name(self.phrases.program.tier_name(rank) or ""))
            case _:
                return self._written()

    def _capped(self) -> Iterator[Step]:
        """Its `at most`, where it came to just that."""
        most, worked = self.reward.at_most, self.working.worked
        if most == worked and not isinstance(self.reward.form, checked.Flat):
            sentence = self.phrases.say("worked", "at-most", amount=self._whole(worked))
            yield self._step("at-most", sentence, worked)

    # --- what was cut -----------------------------------------------------------------------------

    def _cut(self, cut: Cut) -> Step:
        """What a limit, a budget, a mark or a stock left."""
        phrases, say = self.phrases, self.phrases.say
        found = phrases.allowances.get(cut.allowance)
        if found is None:
            return self._thing_cut(cut)
        allowance, holder = found
        cap = capacity(allowance)
        unit = self.reward.unit
        alike = unit is not None and allowance.counts == "unit"
        wanted, granted = (
            phrases.counted(one, allowance) if alike else self._whole(one)
            for one in (cut.wanted, cut.granted)
        )
        left = max(cap - cut.used, 0)
        key = "amount" if cut.granted else "whole" if left and unit is not None else "dropped"
        sentence = say(
            "cut",
            key,
            allowance=phrases.allowance(allowance, holder),
            used=phrases.counted(cut.used, allowance),
            cap=phrases.counted(cap, allowance),
            left=phrases.counted(left, allowance),
            wanted=wanted,
            granted=granted,
            period=phrases.say("period", allowance.period) if allowance.period else "",
        )
        kind: StepKind = "campaign" if isinstance(holder, checked.Campaign) else allowance.scope
        return self._step(kind, sentence, cut.granted)

    def _thing_cut(self, cut: Cut) -> Step:
        phrases, form = self.phrases, self.reward.form
        once = phrases.once.get(cut.allowance)
        if once is not None:
            own = once in self.rule.once
            sentence = phrases.say("cut", "once", once=phrases.once_of(once))
            return self._step("limit" if own else "campaign", sentence, cut.granted)
        if not isinstance(form, checked.Thing):
            return self._step("limit", phrases.say("cut", "other"), cut.granted)
        info = phrases.program.things.get((form.kind, form.name))
        cap = info.stock if info is not None and info.stock is not None else cut.used
        sentence = phrases.say(
            "cut", "stock", thing=self._thing(), used=str(cut.used), cap=str(cap)
        )
        return self._step("stock", sentence, cut.granted)

    def _unnamed(self, cuts: list[Cut]) -> Iterator[Step]:
        """What left less of it and is no limit: its group, its campaign, the bill, no mark."""
        say, rule, paid = self.phrases.say, self.rule, self.working.paid
        left = cuts[-1].granted if cuts else self.working.worked
        if paid >= left:
            return
        unit = self.reward.unit
        if not paid and self.outcome.by and rule.group is not None:
            sentence = say(
                "cut",
                f"group-{rule.group[0]}",
                group=self.phrases.name(rule.group[1]),
                winner=self.phrases.name(self.outcome.by),
            )
            yield self._step("group", sentence, 0)
        elif not paid and self.outcome.reason == "campaign" and self._is_over():
            yield self._step("campaign", self.of.refusals.campaign(rule), 0)
        elif unit is not None and unit.is_money and unit.name == "discount":
            yield self._step("bill", say("cut", "bill"), paid)
        else:
            yield self._unmarked()

    def _unmarked(self) -> Step:
        """A mark whose attribute is absent: what is given once for each is not given."""
        campaign = self.phrases.program.campaigns.get(self.rule.campaign or "")
        for once in (*self.rule.once, *(campaign.once if campaign is not None else ())):
            if once.attribute is not None:
                name = self.phrases.name(once.attribute.name)
                sentence = self.phrases.say("cut", "once-unknown", attribute=name)
                return self._step("limit", sentence, self.working.paid)
        kind = UNNAMED.get(str(self.outcome.reason), "nothing")
        return self._step(kind, self.of.refusals.other(self.outcome), self.working.paid)

    def _is_over(self) -> bool:
        """True where nothing else of the campaign can have left nothing of it."""
        campaign = self.phrases.program.campaigns.get(self.rule.campaign or "")
        if campaign is None:
            return True
        if self.phrases.at is not None:
            return not self.of.refusals.is_running(campaign)
        return not any(one.attribute is not None for one in campaign.once)

    # --- what comes later -------------------------------------------------------------------------

    def _later(self, line: Award) -> Iterator[Step]:
        """Until when it is held or pending, and when it expires."""
        say, phrases = self.phrases.say, self.phrases
        if line.status == "held":
            guard = phrases.name(self.of.decision.guard or "")
            yield self._step("held", say("cut", "held", guard=guard))
        wait = self._wait()
        if line.status == "pending" and wait is not None:
            if phrases.at is None:
                sentence = say("cut", "pending-for", duration=phrases.told.duration(wait))
            else:
                moment = phrases.told.moment(phrases.clock.after(phrases.at, wait))
                sentence = say("cut", "pending", moment=moment)
            yield self._step("pending", sentence)
        if line.amount > 0:
            yield from self._expiry()

    def _wait(self) -> ast.Duration | None:
        unit = self.reward.unit
        return self.rule.pending or (unit.pending if unit is not None else None)

    def _expiry(self) -> Iterator[Step]:
        reward, unit = self.reward, self.reward.unit
        if isinstance(reward.form, checked.Thing):
            valid = reward.form.valid
            expiry = ast.ExpiresAfter(valid) if valid is not None else self.rule.expiry
        elif isinstance(reward.form, checked.TierAward):
            duration = reward.form.duration
            expiry = ast.ExpiresAfter(duration) if duration is not None else None
        elif unit is None or unit.is_money:
            return
        else:
            expiry = self.rule.expiry
            if expiry is None and unit.expiry is not None:
                yield self._step("expires", self._expires(unit.expiry))
                return
        if expiry is not None and not isinstance(expiry, ast.NeverExpires):
            yield self._step("expires", self._expires(expiry))

    def _expires(
        self, expiry: ast.ExpiresAfter | ast.ExpiresOn | ast.ExpireAfter | ast.ExpireAtEnd
    ) -> str:
        say, phrases, at = self.phrases.say, self.phrases, self.phrases.at
        match expiry:
            case ast.ExpiresOn(date=date):
                return say("cut", "expires", date=date_text(day_of(date.value)))
            case ast.ExpireAtEnd(which=which, period=period):
                if at is None:
                    return say("cut", f"expires-{which}", period=phrases.per(period))
                day = phrases.clock.last_day(phrases.clock.day(at), period, int(which == "next"))
                return say("cut", "expires", date=date_text(day))
            case ast.ExpiresAfter(duration=duration) | ast.ExpireAfter(duration=duration):
                if at is None:
                    told = phrases.told.duration(duration)
                    return say("cut", "expires-after", duration=told)
                day = phrases.clock.day(phrases.clock.after(at, duration))
                return say("cut", "expires", date=date_text(day))
