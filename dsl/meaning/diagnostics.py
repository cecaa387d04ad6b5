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
    "attribute", "item", "customer", "event", "tier", "unit", "choice", "holder", "spent"
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
    """A name that something of its kind already has."""

    code: ClassVar[str] = "duplicate-name"

    name: str
    role: Literal["program", "rule", "tier", "event", "attribute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmbiguousName(Diagnostic):
    """A name that the events of a rule give different kinds of value."""

    code: ClassVar[str] = "ambiguous-name"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeMismatch(Diagnostic):
    """Two kinds of value that cannot stand together; `expected` None where order means nothing."""

    code: ClassVar[str] = "type-mismatch"

    expected: Kind | None
    found: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpossibleCondition(Diagnostic):
    """A condition that can never be true beside what stands before it."""

    code: ClassVar[str] = "impossible-condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverInForce(Diagnostic):
    """A rule that ends before it begins."""

    code: ClassVar[str] = "never-in-force"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoBaseRate(Diagnostic):
    """A multiplier on an event no rate reward of the program is on."""

    code: ClassVar[str] = "no-base-rate"

    event: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LowFactor(Diagnostic):
    """A multiplier below 1x."""

    code: ClassVar[str] = "bad-literal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroStep(Diagnostic):
    """A rate per nothing."""

    code: ClassVar[str] = "bad-literal"


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
    """A rule whose last day has passed."""

    code: ClassVar[str] = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedScripts(Warned):
    """A name with letters of several scripts, some of which look alike."""

    code: ClassVar[str] = "mixed-scripts"

    name: str


__all__ = [
    "AbsentDisables",
    "AmbiguousName",
    "BadLiteral",
    "Diagnostic",
    "DuplicateName",
    "Expired",
    "ImpossibleCondition",
    "LowFactor",
    "MixedScripts",
    "NeverInForce",
    "NoBaseRate",
    "Overflow",
    "Role",
    "Severity",
    "Syntax",
    "TierOrder",
    "TooDeep",
    "TooLong",
    "TypeMismatch",
    "UnknownCurrency",
    "UnknownName",
    "UnknownTimezone",
    "ZeroStep",
]
