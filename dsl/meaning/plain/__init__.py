"""Any rule or declaration of a checked program as one plain paragraph.

For those who write and approve rules: it says in their own language all that a rule does, texts
of theirs in quotes. Wording is in messages/plain.LANGUAGE.toml, so that another language is
another file. No checked program, whatever it says, makes any of this raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dsl.meaning.plain.conditions import Conditions
from dsl.meaning.plain.declarations import Declarations
from dsl.meaning.plain.rules import Rules
from dsl.meaning.plain.words import Words

if TYPE_CHECKING:
    from dsl.meaning.checked import Program

Described = Literal[
    "rule",
    "program",
    "tier",
    "segment",
    "campaign",
    "parameter",
    "event",
    "unit",
    "coupon",
    "gift",
    "badge",
    "perk",
    "reward",
    "challenge",
    "guard",
]


def describe(  # noqa: PLR0911 - one for each kind
    program: Program, name: str, kind: Described = "rule", language: str = "en"
) -> str:
    """A rule, or a declaration of another kind, as one paragraph.

    KeyError where the program has nothing of that kind and name; of kind `program` any name will
    do.
    """
    told = Conditions(Words.of(language), program)
    rules, declared = Rules(told), Declarations(told)
    match kind:
        case "rule":
            return rules.rule({rule.name: rule for rule in program.rules}[name])
        case "challenge":
            return rules.challenge(program.challenges[name])
        case "guard":
            return rules.guard({guard.name: guard for guard in program.guards}[name])
        case "program":
            return declared.whole_program()
        case "tier":
            return declared.tier({tier.name: tier for tier in program.tiers}[name])
        case "segment":
            return declared.segment(program.segments[name])
        case "campaign":
            return declared.campaign(program.campaigns[name])
        case "parameter":
            return declared.parameter(name, program.parameters[name])
        case "event":
            return declared.event(program.events[name])
        case "unit":
            return declared.unit(program.units[name])
        case "reward":
            return declared.redeemable(program.redeemables[name])
        case _:
            return declared.thing(program.things[kind, name])


__all__ = ["Described", "describe"]
