"""Who gets a reward (docs/language.md, section 3, "to")."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.text import ast
from tests.reference.programs import Program
from tests.reference.scenes import Scene

CUSTOMER = ast.Name(("customer",))


def role_of(target: ast.Target | None, program: Program) -> ast.Name | None:
    """The name of type customer that a target is; None where it is a tier, a segment or another."""
    match target:
        case ast.AnyOf((name,)) if not _is_group(name.dotted, program):
            return name
    return None


def _is_group(name: str, program: Program) -> bool:
    return program.rank(name) > 0 or program.is_segment(name)


def audiences(rewards: Sequence[ast.Reward], program: Program) -> list[ast.Target | None]:
    """A tier or its like serves the rewards before it that have none, a role its own alone."""
    found: list[ast.Target | None] = []
    following: ast.Target | None = None
    for reward in reversed(rewards):
        if reward.to is not None and role_of(reward.to, program) is None:
            following = reward.to
        found.insert(0, reward.to or following)
    return found


def recipient(target: ast.Target | None, scene: Scene) -> str | None:
    """Who gets it; None where nobody does."""
    role = role_of(target, scene.program)
    if role is not None:
        found: str | None = scene.name(role.parts)
        return found
    return scene.customer if is_for(target, scene) else None


def is_for(target: ast.Target | None, scene: Scene) -> bool:
    """True where the customer is among those the reward is for, as settled."""
    program = scene.program
    rank = program.rank(scene.tier)

    def among(name: ast.Name) -> bool:
        if program.rank(name.dotted):
            return rank == program.rank(name.dotted)
        return name.dotted in scene.segments

    match target:
        case None | ast.Everyone():
            return True
        case ast.AnyOf(names):
            return any(among(name) for name in names)
        case ast.AndAbove(name):
            return rank >= program.rank(name.dotted)
        case ast.NotIn(name):
            return not among(name)
        case ast.Top() | ast.AtRandom():
            return scene.customer in scene.winners.get(target, frozenset())
