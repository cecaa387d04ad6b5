"""Events as they are delivered: once each, refunds, redeems and people's releases among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.reference.book import EVER, Moment, Record, end_of, just_before, net, place_of, turned
from tests.reference.deciding import decide_again, decide_turned
from tests.reference.evaluator import Cause, Changes, Evaluator
from tests.reference.instants import NEVER
from tests.reference.ledger import Move
from tests.reference.payments import Decision, Payment, Refusal
from tests.reference.posting import line_of
from tests.reference.programs import Program
from tests.reference.reading import Event, typed
from tests.reference.redemption import asked_for, refused
from tests.reference.refunds import post_difference, taken_off

NO_PROGRAM = ""


class Reference(Evaluator):
    """A program's versions, and the events delivered to them."""

    def deliver(self, raw: Mapping[str, Any]) -> None:
        """Take an event once, on its own time; seen again, nothing changes."""
        if raw["type"] in ("release", "reject"):
            self._judge(raw)
            return
        at = typed(raw["at"], "datetime")
        program = self.version(at) or Program(NO_PROGRAM)
        # Before any program it is read as the first one reads it.
        reader = self.version(at) or self.versions[0][1]
        event = reader.kinds.read(raw, reader.units)
        known = self.raws
        if event.id in known:
            if reader.kinds.read(known[event.id], reader.units) != event:
                self.refusals.append(Refusal(event.id, None, "conflict"))
            return
        known[event.id] = raw
        self.begin(at)
        self.pass_time(at)
        self.know(event.customer)
        in_force = self.version(at) is not None
        cause = Cause(program, just_before(at, event.id), event.id)
        if in_force:
            self.settle(event.customer, at, cause, "before", event.id)
        record = Record(raw, event.id, event.type, at, event.customer, self.world.number())
        self.world.book.add(record)
        if in_force:
            self._take(event, record, replace(cause, place=place_of(at, event.id)))

    def finish(self, until: dt.datetime) -> None:
        """What falls due up to and including an instant happens."""
        self.begin(until)
        self.pass_time(until)

    def _take(self, event: Event, record: Record, cause: Cause) -> None:
        match event.type:
            case "redeem":
                changes = self._redeem(event, record, cause)
            case "cancel":
                changes = self._cancel(event, record, cause)
            case "refund":
                changes = self._refund(event, record, cause)
            case _:
                changes = self._decided(event, record, cause)
        self.follow(changes, event, cause)

    def _decided(self, event: Event, record: Record, cause: Cause) -> Changes:
        return self.decide(event, cause, self.triggered(cause.program, event.type), record=record)

    def _refuse_event(self, record: Record, reason: str) -> Changes:
        """Refused, it changes nothing: it is not even in the history."""
        self.world.book.remove(record)
        self.refusals.append(Refusal(record.id, None, reason))
        return []

    # --- redeems (sections 2 and 4) ---------------------------------------------------------

    def _redeem(self, event: Event, record: Record, cause: Cause) -> Changes:
        scene = self.scene(event, cause.program, cause.place)
        asked = asked_for(scene)
        if isinstance(asked, str):
            return self._refuse_event(record, asked)
        trial = self._decision_of(event, cause, scene.moment)
        self.guard(trial, scene)
        payment = asked.payment()
        reason = "guard" if trial.rejected else refused(scene, asked, payment)
        if reason is not None:
            return self._refuse_event(record, reason)
        account = (event.customer, asked.unit)
        payment.taken = self.world.ledger.take(account, asked.amount, scene.moment.now)
        payment.seq, payment.decision = self.world.number(), trial
        self.world.payments.append(payment)
        self.world.redeemed.append(payment)
        changes = self._decided(event, record, cause)
        self.decisions[record.id].redeemed = payment
        return changes

    def _cancel(self, event: Event, record: Record, cause: Cause) -> Changes:
        original = self._original(event, "redeem")
        if original is None:
            return self._refuse_event(record, "unknown-original")
        if original.cancelled:
            return self._refuse_event(record, "exceeds-original")
        decision = self.decisions.get(original.id)
        scene = self.scene(event, cause.program, cause.place)
        original.cancelled.append((self.world.number(), record.place))
        if decision is None:
            # What was redeemed before there was a program took nothing.
            return self._decided(event, record, cause)
        payment = decision.redeemed
        assert payment is not None
        account = (payment.recipient or event.customer, payment.kind)
        self.world.ledger.give_back(account, payment.taken, scene.moment.now)
        payment.back.append((self.world.number(), payment.amount))
        own = self._decision_of(event, cause, scene.moment)
        self.lines += post_difference(self.world, own, decision, {}, whole=True)
        return self._decided(event, record, cause)

    def _original(self, event: Event, kind: str) -> Record | None:
        """The customer's own event that this one goes back to."""
        record = self.world.book.records.get(str(event.values.get("original")))
        if record is None or (record.type, record.customer) != (kind, event.customer):
            return None
        return record

    def _decision_of(self, event: Event, cause: Cause, moment: Moment) -> Decision:
        """What a refund or a redeem does by itself, apart from the rules it sets off."""
        return Decision(event, cause.root, cause.timed, cause.program, moment, None, frozenset())

    # --- refunds (section 4) ----------------------------------------------------------------

    def _refund(self, event: Event, record: Record, cause: Cause) -> Changes:
        if event.values.get("original") is None:
            return self._turned(event, record, cause)
        original = self._original(event, "purchase")
        if original is None:
            return self._refuse_event(record, "unknown-original")
        decision = self.decisions.get(original.id) or self._decision_of(
            event, cause, self.scene(event, cause.program, cause.place).moment
        )
        taken = taken_off(event, original, decision, self.world.number())
        if taken is None:
            return self._refuse_event(record, "exceeds-original")
        original.returns.append(taken)
        scene = self.scene(event, cause.program, cause.place)
        refund = self._decision_of(event, cause, scene.moment)
        again: dict[tuple[object, ...], Payment] = {}
        if decision.rejected:
            decision.payments.clear()
        elif not taken.whole and original.id in self.decisions:
            # What came before the first version was never decided.
            again = self._again(original, decision, event)
        self.lines += post_difference(self.world, refund, decision, again, whole=taken.whole)
        if taken.whole and decision.coupon is not None:
            back = Move(self.world.number(), event.at, Fraction(-1))
            decision.coupon.uses.append(back)
        rules = self.triggered(cause.program, event.type)
        touched = [payment.recipient for payment in decision.payments]
        changes = self.decide(event, cause, rules, record=record, scene=scene)
        for customer in sorted(set(touched) - {event.customer}, key=str.encode):
            changes += self.changed(customer, event.at, cause, "after")
        return changes

    def _again(
        self, original: Record, decision: Decision, refund: Event
    ) -> dict[tuple[object, ...], Payment]:
        """The original decided again, less what is refunded, by all that was known then."""
        program = decision.program
        latest = Moment(refund.at, end_of(NEVER), EVER, refund.at)
        event = net(original, program, latest)
        assert event is not None
        scene = replace(
            self.scene(event, program, decision.moment.place),
            moment=decision.moment,
            tier=decision.tier,
            segments=decision.segments,
        )
        trial = replace(decision, reasons={})
        rules = self.triggered(program, event.type)
        return {p.key: p for p in decide_again(scene, trial, rules) if not p.withheld}

    def _turned(self, event: Event, record: Record, cause: Cause) -> Changes:
        """Decided as a purchase of the negative amount; then as the refund that it is."""
        program = cause.program
        purchase = turned(record, program)
        scene = self.scene(purchase, program, cause.place)
        seen = self.scene(event, program, cause.place)
        decision = self._decision_of(purchase, cause, scene.moment)
        payments = decide_turned(scene, decision, self.triggered(program, "purchase"))
        touched = []
        for payment in payments:
            if payment.withheld:
                self.lines.append(line_of(decision, payment, "withheld"))
                continue
            really = -payment.amount
            if payment.kind in program.units:
                really = self._take_back(payment, program, scene.moment)
            if really != 0:
                payment.amount = -really
                self.lines.append(line_of(decision, payment, "posted"))
            touched.append(payment.recipient)
        self.refuse(cause.root, decision.reasons)
        rules = self.triggered(program, event.type)
        changes = self.decide(event, cause, rules, record=record, scene=seen)
        for customer in sorted(set(touched) - {event.customer}, key=str.encode):
            changes += self.changed(customer, event.at, cause, "after")
        return changes

    def _take_back(self, payment: Payment, program: Program, moment: Moment) -> Fraction:
        account, at = (payment.recipient, payment.kind), moment.now
        self.know(payment.recipient)
        below = not program.units[payment.kind].never_below_zero
        unearned = Move(self.world.number(), moment.at, -payment.amount)
        self.world.ledger.unearned[account].append(unearned)
        return self.world.ledger.take_back(account, [], -payment.amount, at, below=below)

    # --- guards: what a person says (section 3) ---------------------------------------------

    def _judge(self, raw: Mapping[str, Any]) -> None:
        """A person releases or rejects what a guard holds."""
        original = str(raw.get("original"))
        name = str(raw.get("id") or f"{raw['type']} {original}")
        at = typed(raw["at"], "datetime") if raw.get("at") is not None else self.clock
        known = self.raws
        if name in known or at is None:
            return
        known[name] = raw
        self.begin(at)
        self.pass_time(at)
        decision = self.decisions.get(original)
        if decision is None or not decision.on_hold:
            self.refusals.append(Refusal(name, None, "unknown-original"))
            return
        decision.on_hold = False
        mark = (self.world.number(), at)
        for payment in decision.payments:
            if raw["type"] == "release":
                for held in (*payment.lots, payment.holding, payment.tier_award):
                    if held is not None:
                        held.released = mark
            else:
                latest = Moment(at, end_of(at), EVER, at)
                account = (payment.recipient, payment.kind)
                self.world.ledger.give_back(account, payment.taken, at)
                payment.back.append((mark[0], payment.net(latest)))
                payment.gone = mark[0]
        decision.rejected = raw["type"] == "reject"
        self.world.ledger.absorb_all(at)
        program = self.version(at)
        if program is None or decision.rejected:
            return
        cause = Cause(program, place_of(at, name), name)
        recipients = {payment.recipient for payment in decision.payments}
        for customer in sorted(recipients, key=str.encode):
            self.settle(customer, at, cause, "after", name)
