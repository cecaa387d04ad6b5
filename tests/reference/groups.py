"""Groups of which one rule stands (docs/language.md, section 4, step 7)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from dsl.text import ast
from tests.reference.allowances import OWNERS
from tests.reference.payments import Payment, Payments
from tests.reference.programs import Program, clause_of
from tests.reference.values import NOTHING

GROUP = OWNERS.index("group")


def only_one_of_each(paying: Sequence[tuple[Payment, ast.Rule]], program: Program) -> None:
    """Leave, for each recipient, one rule of each group."""
    clauses = {payment.rule: clause_of(rule, ast.OnlyOf) for payment, rule in paying}
    priorities = {payment.rule: _priority(rule) for payment, rule in paying}
    groups = {clause.group for clause in clauses.values() if clause is not None}
    # One rule's `first` holds for its group.
    all_clauses = [clause for _, rule in program.rules for clause in rule.clauses]
    everybody = {payment.recipient for payment, _ in paying}
    for group, recipient in sorted((g, r) for g in groups for r in everybody):
        awards: dict[str, Payments] = {}
        for payment, _ in paying:
            clause = clauses[payment.rule]
            within = clause is not None and clause.group == group
            if within and payment.recipient == recipient and payment.amount != 0:
                awards.setdefault(payment.rule, []).append(payment)
        if not awards:
            continue
        first = ast.OnlyOf("first", group) in all_clauses
        worths = _worths(awards, program)
        stands = min(
            awards,
            key=lambda rule: (NOTHING if first else -worths[rule], -priorities[rule], rule),
        )
        for rule, payments in awards.items():
            for payment in payments if rule != stands else ():
                payment.drop(GROUP, "group")


def _priority(rule: ast.Rule) -> int:
    clause = clause_of(rule, ast.Priority)
    return clause.value if clause is not None else 0


def _worths(awards: dict[str, Payments], program: Program) -> dict[str, Fraction]:
    """What each rule's awards are worth; of one unit without worth they compare directly."""
    kinds = {payment.kind for payments in awards.values() for payment in payments}
    (kind, *others) = kinds
    if not others and kind in program.units and program.units[kind].worth is None:
        return {rule: sum((p.amount for p in ps), NOTHING) for rule, ps in awards.items()}
    return {
        rule: sum((p.amount * (program.worth_of(p.kind, p.name) or NOTHING) for p in ps), NOTHING)
        for rule, ps in awards.items()
    }
