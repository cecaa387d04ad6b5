"""Problems of meaning: one class each, asserted by value, worded in messages/en.toml.

Source of the codes: docs/language.md, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from dsl.meaning.types import Kind
from dsl.text.diagnostics import (
    BadLiteral,
    Diagnostic,
    Overflow,
    Severity,
    Syntax,
    TooDeep,
    TooLong,
)

Role = Literal[
    "attribute",
    "item",
    "customer",
    "event",
    "tier",
    "unit",
    "choice",
    "holder",
    "spent",
    "segment",
    "list",
    "campaign",
    "challenge",
    "audience",
    "role",
    "date",
    "past",
    "path",
    "lines",
]
Declaration = Literal[
    "program",
    "rule",
    "tier",
    "event",
    "attribute",
    "unit",
    "segment",
    "list",
    "parameter",
    "campaign",
    "coupon",
    "gift",
    "badge",
    "perk",
    "reward",
    "challenge",
    "guard",
    "clause",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownName(Diagnostic):
    """A name that stands for nothing in its place; `role` is what was looked for.

    `known` are the names there are, where they are few enough to be told.
    """

    code: ClassVar[str] = "unknown-name"

    name: str
    role: Role
    known: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateName(Diagnostic):
    """A name that something of its kind already has, or a clause that is said twice."""

    code: ClassVar[str] = "duplicate-name"

    name: str
    role: Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class AmbiguousName(Diagnostic):
    """A name that the events of a rule give different kinds of value, or that is two things."""

    code: ClassVar[str] = "ambiguous-name"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeMismatch(Diagnostic):
    """Two kinds of value that cannot stand together; `expected` None where none would do."""

    code: ClassVar[str] = "type-mismatch"

    expected: Kind | None
    found: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHere(Diagnostic):
    """A form that has no meaning in its place.

    `form` says which: history or items inside a condition of their own kind, a constant that is
    none, a cap of what is no amount, an event before which nothing can be timed, a tier that
    nothing is left to, a share in the steps of a unit, hours where days are asked, a role among
    tiers, a discount for somebody else, a function of another number of values.
    """

    code: ClassVar[str] = "type-mismatch"

    form: Literal[
        "history",
        "constant",
        "cap",
        "before-event",
        "left-to",
        "share",
        "hours",
        "who",
        "arity",
        "discount",
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpossibleCondition(Diagnostic):
    """A condition that can never be true: `alone`, or beside what stands before it."""

    code: ClassVar[str] = "impossible-condition"

    alone: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverInForce(Diagnostic):
    """A rule or campaign that ends before it begins, or a rule outside its campaign's dates."""

    code: ClassVar[str] = "never-in-force"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoBaseRate(Diagnostic):
    """A multiplier on an event no rate reward of the program is on.

    `event` is empty where the rule starts by no event.
    """

    code: ClassVar[str] = "no-base-rate"

    event: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopOutsideSchedule(Diagnostic):
    """`top` or `at random` on a rule that is not one of the calendar."""

    code: ClassVar[str] = "top-outside-schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentRange(Diagnostic):
    """A share below 0 or above 100 %; `total` where several shares come to more together."""

    code: ClassVar[str] = "percent-range"

    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedGroup(Diagnostic):
    """A group with discounts and with other rewards."""

    code: ClassVar[str] = "mixed-group"

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsOrder(Diagnostic):
    """A step that does not begin above the one before it."""

    code: ClassVar[str] = "steps-order"


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedCycle(Diagnostic):
    """Rules that award each other's cause in a circle; `names` are theirs, in its order."""

    code: ClassVar[str] = "derived-cycle"

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LowFactor(Diagnostic):
    """A multiplier below 1x."""

    code: ClassVar[str] = "bad-literal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroStep(Diagnostic):
    """A rate per nothing."""

    code: ClassVar[str] = "bad-literal"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfRange(Diagnostic):
    """A number outside what its place allows, both ends included."""

    code: ClassVar[str] = "bad-literal"

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTimezone(Diagnostic):
    """A timezone that is not in the IANA database."""

    code: ClassVar[str] = "unknown-timezone"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCurrency(Diagnostic):
    """A currency that is not in ISO 4217, or `expected` is the program's own."""

    code: ClassVar[str] = "unknown-currency"

    name: str
    expected: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned(Diagnostic):
    """The base of what does not keep a text from being used."""

    severity: ClassVar[Severity] = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSpread(Warned):
    """A reward without `to` before one for a role: it stays with the event's customer."""

    code: ClassVar[str] = "role-spread"

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierOrder(Warned):
    """A tier that asks for less than the one below it."""

    code: ClassVar[str] = "tier-order"

    name: str
    below: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentDisables(Warned):
    """A negated test that is silently not true where the attribute is not known."""

    code: ClassVar[str] = "absent-disables"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(Warned):
    """A rule or campaign whose last day has passed."""

    code: ClassVar[str] = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowed(Warned):
    """A name that means something else on an event, or a rule that another always comes before."""

    code: ClassVar[str] = "shadowed"

    name: str
    by: str
    kind: Literal["name", "rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedScripts(Warned):
    """A name with letters of several scripts, some of which look alike."""

    code: ClassVar[str] = "mixed-scripts"

    name: str


__all__ = [
    "AbsentDisables",
    "AmbiguousName",
    "BadLiteral",
    "DerivedCycle",
    "Diagnostic",
    "DuplicateName",
    "Expired",
    "ImpossibleCondition",
    "LowFactor",
    "MixedGroup",
    "MixedScripts",
    "NeverInForce",
    "NoBaseRate",
    "NotHere",
    "OutOfRange",
    "Overflow",
    "PercentRange",
    "Role",
    "RoleSpread",
    "Severity",
    "Shadowed",
    "StepsOrder",
    "Syntax",
    "TierOrder",
    "TooDeep",
    "TooLong",
    "TopOutsideSchedule",
    "TypeMismatch",
    "UnknownCurrency",
    "UnknownName",
    "UnknownTimezone",
    "ZeroStep",
]
