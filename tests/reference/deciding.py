"""One event decided by the rules it sets off (docs/language.md, section 4, steps 1 to 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from dsl.text import ast
from tests.reference.allowances import OWNERS, allowances_of, fit, own_allowances
from tests.reference.audiences import audiences, recipient
from tests.reference.draws import draw
from tests.reference.expressions import holds
from tests.reference.groups import only_one_of_each
from tests.reference.payments import THINGS, Decision, Payment, Payments
from tests.reference.programs import clause_of
from tests.reference.reading import Event
from tests.reference.rewards import RATES, is_discount, kind_of, message, settled, worked_out
from tests.reference.scenes import Scene
from tests.reference.values import NOTHING, rounded

# What keeps a rule from matching, and is told only where no stage of it matched.
UNMATCHED = ("not-in-force", "guard", "opt-in", "condition", "audience", "chance")
OVERFLOW, STOCK = OWNERS.index("overflow"), OWNERS.index("stock")
CAMPAIGN = OWNERS.index("campaign")


@dataclass(frozen=True)
class Triggered:
    """A rule that an event sets off, and its place in the text."""

    place: int
    name: str
    rule: ast.Rule

    @property
    def is_whole(self) -> bool:
        """True where what does not fit is dropped."""
        return clause_of(self.rule, ast.WholeAwards) is not None


@dataclass(frozen=True)
class Working:
    """A payment being worked out, with the reward and the form that was drawn."""

    payment: Payment
    form: ast.RewardForm
    at_most: ast.Number | ast.Money | None
    by: Triggered


def decide(scene: Scene, decision: Decision, rules: Sequence[Triggered]) -> Payments:
    """What an event pays: its discounts first, then all else on what is left to pay."""
    plain, priced = scene, replace(scene, event=_both(scene.event))
    offers = [one for one in rules if any(is_discount(r.form) for r in one.rule.rewards)]
    discounts = _Stage(priced, decision, offers, discounts=True).pay([])
    off = sum((p.amount for p in discounts if p.kind == "discount" and p.counts), NOTHING)
    if decision.record is not None:
        decision.record.discounts = off
    gross = scene.event.values.get("gross")
    if "amount" not in scene.event.values and gross is not None:
        values = {**scene.event.values, "amount": gross - off}
        plain = replace(scene, event=replace(scene.event, values=values))
    others = [one for one in rules if any(not is_discount(r.form) for r in one.rule.rewards)]
    return discounts + _Stage(plain, decision, others, discounts=False).pay(discounts)


def decide_again(scene: Scene, decision: Decision, rules: Sequence[Triggered]) -> Payments:
    """The same without discounts, which stay as they were given."""
    given = [p for p in decision.payments if p.kind == "discount"]
    return _Stage(scene, decision, rules, discounts=False).pay(given)


def decide_turned(scene: Scene, decision: Decision, rules: Sequence[Triggered]) -> Payments:
    """On a purchase of a negative amount only rates count, of its absolute amount, turned."""
    stage = _Stage(scene, decision, rules, discounts=False, turned=True)
    payments = stage.pay([])
    for payment in payments:
        payment.amount = -payment.amount
    return payments


def _both(event: Event) -> Event:
    """Of amount and gross, an absent one reads as the other."""
    amount, gross = (event.values.get(name) for name in ("amount", "gross"))
    read = {
        "amount": gross if amount is None else amount,
        "gross": amount if gross is None else gross,
    }
    known = {name: found for name, found in read.items() if found is not None}
    return replace(event, values={**event.values, **known})


def guard_scene(scene: Scene) -> Scene:
    """What a guard sees: of amount and gross, an absent one reads as the other."""
    return replace(scene, event=_both(scene.event))


class _Stage:
    """Steps 3 to 8 for some rewards of some rules: discounts, or all others."""

    def __init__(
        self,
        scene: Scene,
        decision: Decision,
        rules: Sequence[Triggered],
        *,
        discounts: bool,
        turned: bool = False,
    ) -> None:
        self.scene = scene
        self.decision = decision
        self.rules = rules
        self.discounts = discounts
        self.turned = turned
        self.program = scene.program

    def pay(self, already: Payments) -> Payments:
        """What is paid beside what this event has paid already; reasons go to the decision."""
        working: list[Working] = []
        for one in self.rules:
            drawn = self._matched(one)
            if isinstance(drawn, str):
                self.decision.reasons.setdefault(one.name, drawn)
            else:
                if self.decision.reasons.get(one.name) in UNMATCHED:
                    del self.decision.reasons[one.name]
                working += drawn
        self._amounts(working)
        if not self.turned:
            for one in self.rules:
                own = [w.payment for w in working if w.by == one]
                self._own_limits(one, own, [p for p in already if p.rule == one.name])
        only_one_of_each(
            [(w.payment, w.by.rule) for w in working if w.payment.counts], self.program
        )
        if not self.turned:
            self._shared_limits(working, already)
        for one in self.rules:
            self._explain(one, [w.payment for w in working if w.by == one], already)
        return [w.payment for w in working if w.payment.amount != 0 and not w.payment.void]

    def _matched(self, one: Triggered) -> list[Working] | str:
        """Steps 3 and 4: the rule's rewards and who gets them, or the first test that fails."""
        rule, scene = one.rule, self.scene
        if not self.program.dated(rule.clauses, scene.event.at):
            return "not-in-force"
        if self.decision.rejected:
            return "guard"
        if clause_of(rule, ast.AfterOptingIn) is not None and not _opted_in(one.name, scene):
            return "opt-in"
        if not holds(rule.where)(scene):
            return "condition"
        meant = [
            (index, reward, who)
            for index, (reward, target) in enumerate(
                zip(rule.rewards, audiences(rule.rewards, self.program), strict=True)
            )
            if (who := recipient(target, scene)) is not None
        ]
        if not meant:
            return "audience"
        chance = clause_of(rule, ast.Chance)
        if chance is not None and self._draw("chance", one) >= Fraction(chance.percent) / 100:
            return "chance"
        return [
            working
            for index, reward, who in meant
            if (working := self._working(one, index, reward, who)) is not None
        ]

    def _draw(self, purpose: str, one: Triggered) -> Fraction:
        about = self.scene.customer if purpose == "holdout" else self.decision.event.id
        return draw(self.scene.world.secret, purpose, one.name, about)  # type: ignore[arg-type]

    def _working(self, one: Triggered, index: int, reward: ast.Reward, who: str) -> Working | None:
        """A reward of this stage about to be worked out; None where nothing is drawn."""
        form, at_most = reward.form, reward.at_most
        if isinstance(form, ast.OneOf):
            drawn, passed = self._draw("one-of", one), NOTHING
            for choice in form.choices:
                passed += Fraction(choice.share) / 100
                if drawn < passed:
                    form, at_most = choice.form, choice.at_most or reward.at_most
                    break
            else:
                return None
        if is_discount(form) != self.discounts:
            return None
        if self.turned and not isinstance(form, RATES):
            return None
        holdout = clause_of(one.rule, ast.Holdout)
        campaign = self.program.campaign_of(one.rule)
        dated = campaign is None or self.program.dated(campaign.clauses, self.scene.event.at)
        payment = Payment(
            one.name,
            (one.place, index),
            who,
            *kind_of(form, self.program),
            NOTHING,
            one.rule.clauses,
            rate=isinstance(form, RATES),
            withheld=holdout is not None
            and self._draw("holdout", one) < Fraction(holdout.percent) / 100,
            void=not dated,
            valid=form.valid if isinstance(form, ast.Thing) else None,
            duration=form.duration if isinstance(form, ast.TierAward) else None,
        )
        return Working(payment, form, at_most, one)

    def _amounts(self, working: Sequence[Working]) -> None:
        """Step 5: everything but the multipliers, then those on the event's base."""
        scene = self.scene
        if self.turned:
            values = {**scene.event.values, "amount": abs(scene.event.values["amount"])}
            scene = replace(scene, event=replace(scene.event, values=values))
        for one in working:
            if not isinstance(one.form, ast.Multiplier):
                self._amount(one, scene, NOTHING)
        for one in working:
            if isinstance(one.form, ast.Multiplier):
                to, kind = one.payment.recipient, one.payment.kind
                rates = [w.payment for w in working if w.payment.rate and w.payment.counts]
                alike = [p.amount for p in rates if (p.recipient, p.kind) == (to, kind)]
                self._amount(one, scene, sum(alike, NOTHING))

    def _amount(self, one: Working, scene: Scene, base: Fraction) -> None:
        payment = one.payment
        amount = worked_out(one.form, scene, base, payment.recipient)
        if payment.kind in (*THINGS, "tier"):
            payment.amount = amount or NOTHING
        elif isinstance(one.form, ast.Message):
            payment.name = message(one.form, scene)
            payment.amount = Fraction(payment.name is not None)
        elif amount is not None and (amount > 0 or isinstance(one.form, ast.Deduction)):
            found = settled(amount, payment.kind, one.at_most, self.program)
            payment.amount = found or NOTHING
            if found is None:
                payment.drop(OVERFLOW, "overflow")

    def _own_limits(self, one: Triggered, own: Payments, already: Payments) -> None:
        """Step 6: limits, then budgets; each payment after those before it."""
        allowances = own_allowances(one.name, one.rule.clauses, self.program)
        before = [p for p in already if p.counts]
        for payment in own:
            for allowance in allowances:
                fit(payment, allowance, self.scene, before, whole=one.is_whole)
            if payment.amount != 0 and payment.counts:
                before.append(payment)

    def _shared_limits(self, working: Sequence[Working], already: Payments) -> None:
        """Step 8, in text order: what is left of the gross, the campaign's, the program's."""
        program = self.program
        before = [p for p in already if p.counts]
        for one in working:
            payment = one.payment
            if self.discounts and payment.kind == "discount":
                payment.amount = min(payment.amount, self._gross_left(before))
            campaign = program.campaign_of(one.by.rule)
            if payment.void and payment.amount != 0:
                payment.drop(CAMPAIGN, "campaign")
            shared = list(allowances_of("program", program.allowances, program))
            if campaign is not None:
                owner = f"campaign {campaign.name}"
                shared = [*allowances_of(owner, campaign.clauses, program), *shared]
            for allowance in shared:
                fit(payment, allowance, self.scene, before, whole=one.by.is_whole)
            if payment.amount != 0 and not self._in_stock(payment, before):
                payment.drop(STOCK, "stock")
            if payment.amount != 0 and payment.counts:
                before.append(payment)

    def _gross_left(self, before: Payments) -> Fraction:
        """What of the gross no discount has taken yet; where none is known, nothing."""
        gross: Fraction = self.scene.event.values.get("gross") or NOTHING
        taken = sum((p.amount for p in before if p.kind == "discount"), NOTHING)
        left = max(gross - taken, NOTHING)
        return rounded(left, self.program.money.precision, "down")

    def _in_stock(self, payment: Payment, before: Payments) -> bool:
        stock = self.program.stock_of(payment.kind, payment.name)
        if stock is None:
            return True
        named = (payment.kind, payment.name)
        moment = self.scene.moment
        given = [p for p in self.scene.world.payments if (p.kind, p.name) == named]
        out = sum(1 for p in given if p.is_left(moment))
        return out + sum(1 for p in before if (p.kind, p.name) == named) < stock

    def _explain(self, one: Triggered, own: Payments, already: Payments) -> None:
        """Name the test that left nothing of the rule; one that came to nothing is not refused."""
        paid = [p for p in (*own, *already) if p.rule == one.name and p.amount != 0]
        if paid:
            self.decision.reasons.pop(one.name, None)
        elif failed := [p.failed for p in own if p.failed is not None]:
            self.decision.reasons[one.name] = max(failed)[1]


def _opted_in(rule: str, scene: Scene) -> bool:
    """True where the customer has opted in to the rule by now."""
    events = scene.history(scene.customer)
    return any(e.type == "optin" and e.values.get("rule") == rule for e in events)
