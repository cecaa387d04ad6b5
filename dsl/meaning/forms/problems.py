"""Every error and warning with an example that has it and nothing else, and every reason."""

from __future__ import annotations

from dataclasses import dataclass

DEEPEST = 64
LONGEST = 65536


@dataclass(frozen=True, slots=True)
class Problem:
    """A code, when it is reported, and a text beside HEAD that has it.

    `shown` stands for a text that is too long to print.
    """

    code: str
    doc: str
    text: str
    shown: str | None = None


PROBLEMS = (
    Problem(
        "syntax",
        "A word stands where another was expected.",
        "on purchase award 5 points limit",
    ),
    Problem(
        "unknown-name",
        "A name stands for nothing in its place.",
        "on purchase where amout > 2 award 1 point",
    ),
    Problem(
        "duplicate-name",
        "Something of its kind has the name already, or a clause is said twice.",
        "tier gold: 9000 spent in last 12 months",
    ),
    Problem(
        "ambiguous-name",
        "The events of a rule mean different kinds of value by the name.",
        "event lunch: room number\non dinner or lunch where room is known award 1 point",
    ),
    Problem(
        "type-mismatch",
        "Kinds of value that cannot stand together, or a form that has no meaning there.",
        'on purchase where amount = "5" award 1 point',
    ),
    Problem(
        "impossible-condition",
        "The condition can never be true.",
        "on purchase where amount > 5 and amount < 3 award 1 point",
    ),
    Problem(
        "never-in-force",
        "A rule or campaign ends before it begins.",
        "on purchase award 1 point from 2026-02-01 until 2026-01-01",
    ),
    Problem(
        "no-base-rate",
        "A multiplier on an event that no rate of the program is on.",
        "on review award 2x points",
    ),
    Problem(
        "top-outside-schedule",
        "`top` or `at random` on a rule that is none of the calendar.",
        "on purchase award 5 points to 10 at random",
    ),
    Problem(
        "percent-range",
        "A chance, holdout, share or discount outside 0 to 100 %, or shares above that together.",
        "on purchase award 120% discount",
    ),
    Problem(
        "mixed-group",
        "A group holds discounts and other rewards.",
        'on purchase award 10% discount only best of "spring"\n'
        'on purchase award 5 points only best of "spring"',
    ),
    Problem(
        "steps-order",
        "A step does not begin above the one before it.",
        "on purchase award points by amount (from 200: 30, from 100: 10)",
    ),
    Problem(
        "derived-cycle",
        "Rules on tier changes or challenges award each other's cause in a circle.",
        "on tier upgrade to silver award tier gold for 30 days\n"
        "on tier upgrade to gold award tier silver for 30 days",
    ),
    Problem(
        "overflow",
        "A number has more than 18 digits or 12 decimals.",
        "on purchase where amount > 0.1234567890123 award 1 point",
    ),
    Problem(
        "bad-literal",
        "What looks like a date, a time or a number is none.",
        "on purchase award 1 point from 2026-02-30",
    ),
    Problem(
        "unknown-timezone",
        "The timezone is not in the IANA database.",
        'program "Tea Club" timezone "Europe/Berlni"',
    ),
    Problem(
        "unknown-currency",
        "The currency is not in ISO 4217, or not the program's.",
        "on purchase where amount > 5 EUR award 1 point",
    ),
    Problem(
        "too-long",
        "One stored text has more than 64 KB; a program of many texts has no limit.",
        f"# {'x' * LONGEST}\non purchase award 1 point",
        "a comment of 65,536 letters",
    ),
    Problem(
        "too-deep",
        "Nested more than 64 deep.",
        f"on purchase where {'(' * (DEEPEST + 1)}amount > 5{')' * (DEEPEST + 1)} award 1 point",
        "a condition in 65 pairs of parentheses",
    ),
    Problem(
        "role-spread",
        "A role follows a reward that has no `to`; it serves its own reward alone.",
        "on purchase award 100 points, 500 points to referrer",
    ),
    Problem(
        "tier-order",
        "A tier asks for less than the one below it.",
        "tier platinum: 100 spent in last 12 months",
    ),
    Problem(
        "absent-disables",
        "Where a value is not known the rule silently gives nothing.",
        'on purchase where channel != "web" award 1 point',
    ),
    Problem(
        "expired",
        "The rule's last day has passed.",
        "on purchase award 1 point until 2020-01-01",
    ),
    Problem(
        "shadowed",
        "A name hides another one of the same spelling.",
        "parameter amount: 3",
    ),
    Problem(
        "mixed-scripts",
        "A name mixes letters of scripts that look alike.",
        "event lunсh",  # noqa: RUF001 - the letter that looks alike
    ),
)


@dataclass(frozen=True, slots=True)
class ReasonDoc:
    """Why a rule, a redemption or a refund gave nothing."""

    reason: str
    doc: str


REASONS = (
    ReasonDoc("not-in-force", "The event lies outside the rule's dates."),
    ReasonDoc("guard", "A guard rejects the event."),
    ReasonDoc("opt-in", "The customer has not opted in to the rule."),
    ReasonDoc("condition", "The condition is not true."),
    ReasonDoc("audience", "The customer is in none of the tiers or segments it is for."),
    ReasonDoc("chance", "The draw was lost."),
    ReasonDoc("limit", "The rule's or the program's limit, or `once`, leaves nothing."),
    ReasonDoc("budget", "The rule's or the program's budget leaves nothing."),
    ReasonDoc("group", "Another rule of its group counts."),
    ReasonDoc("campaign", "The campaign's dates, limits or budgets leave nothing."),
    ReasonDoc("insufficient", "A redemption asks for more than can be spent."),
    ReasonDoc("minimum", "A redemption asks for less than the unit's least amount."),
    ReasonDoc("step", "A redemption is no multiple of the unit's steps."),
    ReasonDoc("stock", "There is none of it left."),
    ReasonDoc("exceeds-original", "A refund is more than what is left of the purchase."),
    ReasonDoc("unknown-original", "There is no such purchase or redemption."),
    ReasonDoc("derived-depth", "More than 8 events caused each other."),
    ReasonDoc("overflow", "The number is too large to be awarded."),
    ReasonDoc("conflict", "The id was seen before with other content."),
)
