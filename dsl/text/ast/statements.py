"""Rules and the document that they and the declarations make.

Source of every form: docs/language.md, sections 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dsl.text.ast.clauses import (
    Clause,
)
from dsl.text.ast.declarations import (
    AttributesDecl,
    CampaignDecl,
    ChallengeDecl,
    EventDecl,
    GuardDecl,
    ListDecl,
    ParameterDecl,
    ProgramDecl,
    RewardDecl,
    SegmentDecl,
    ThingDecl,
    TierDecl,
    UnitDecl,
)
from dsl.text.ast.expressions import (
    Condition,
)
from dsl.text.ast.literals import (
    Node,
)
from dsl.text.ast.rewards import (
    Reward,
)
from dsl.text.ast.triggers import (
    Trigger,
)


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """`[rule "Name":] on TRIGGER [where CONDITION] award REWARDS [CLAUSES]`."""

    name: str | None
    trigger: Trigger
    where: Condition | None
    rewards: tuple[Reward, ...]
    clauses: tuple[Clause, ...] = ()


Statement = (
    ProgramDecl
    | AttributesDecl
    | EventDecl
    | UnitDecl
    | TierDecl
    | SegmentDecl
    | ListDecl
    | ParameterDecl
    | CampaignDecl
    | ThingDecl
    | RewardDecl
    | ChallengeDecl
    | GuardDecl
    | Rule
)


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """From `#` to the end of the line, without the sign; takes no part in meaning.

    `own_line` is False where it follows something on its line.
    """

    text: str
    own_line: bool = True


@dataclass(frozen=True, slots=True)
class Document(Node):
    """One text: its statements in order, and its comments beside them."""

    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = field(default=(), compare=False)
