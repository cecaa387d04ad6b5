"""Groups: of the rules of one, only the best or the first stands, for each who is paid.

Source: docs/language.md, section 4, step 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine.terms import GROUP

if TYPE_CHECKING:
    from dsl.engine.compiled import Compiled
    from dsl.engine.paying import Matched, Payment


def settle_groups(compiled: Compiled, paying: list[Matched]) -> None:
    """Drop what rules of a group would pay that do not stand in it."""
    groups: dict[str, list[Matched]] = {}
    for matched in paying:
        if matched.plan.rule.group is not None:
            groups.setdefault(matched.plan.rule.group[1], []).append(matched)
    for name, members in groups.items():
        by_first = name in compiled.first_groups
        recipients = {
            payment.recipient
            for matched in members
            for payment in matched.payments
            if payment.amount > 0
        }
        for recipient in sorted(recipients):
            _settle(members, recipient, by_first=by_first)


def _settle(members: list[Matched], recipient: str, *, by_first: bool) -> None:
    rivals = [(matched, found) for matched in members if (found := _of(matched, recipient))]
    if len(rivals) < 2:  # noqa: PLR2004 - nobody to stand against
        return
    kinds = {payment.name for _, payments in rivals for payment in payments}
    units = [payment.unit for _, payments in rivals for payment in payments]
    # Awards of one unit that has no worth compare by their amounts.
    direct = len(kinds) == 1 and all(
        unit is not None and unit.worth is None and not unit.is_money for unit in units
    )

    def rank(rival: tuple[Matched, list[Payment]]) -> tuple[int, int, str]:
        matched, payments = rival
        worth = sum(
            (-payment.amount if payment.is_deduction else payment.amount)
            * (1 if direct else payment.plan.worth)
            for payment in payments
        )
        rule = matched.plan.rule
        return (0 if by_first else -worth, -rule.priority, rule.name)

    rivals.sort(key=rank)
    winner = rivals[0][0].plan.name
    for matched, payments in rivals[1:]:
        for payment in payments:
            payment.drop(GROUP, "group")
        matched.by = winner


def _of(matched: Matched, recipient: str) -> list[Payment]:
    return [
        payment
        for payment in matched.payments
        if payment.recipient == recipient and payment.amount > 0
    ]
