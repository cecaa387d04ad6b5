"""Machine code is kept by its text, piece by piece."""

from __future__ import annotations

from dsl.engine.native.llvm import BETTER, SOONEST, object_file
from dsl.engine.native.machine import Machines
from dsl.engine.native.numbers import apart
from dsl.engine.native.text import EXPORTED, decisions
from tests.programs import HEAD, compiled

RULES = """\
tier gold: 200 spent in last 30 days
rule "a": on purchase where amount >= 20{further} award 3 points limit 90 points per customer per month
rule "b": on purchase where channel = "app" and number of purchases in last 7 days >= 3 award 2 points
"""  # noqa: E501 - rules
FURTHER = ' and channel != "none" and amount < 900 and category != "c"'


def compiled_by(machines: Machines, further: str, level: int) -> None:
    text = apart(decisions(compiled(HEAD + RULES.format(further=further))).text).text
    machines.machine(text, EXPORTED, level)


def test_an_edit_of_a_condition_leaves_what_follows_from_the_past_as_it_is() -> None:
    for level in (SOONEST, BETTER):
        asked: list[str] = []

        def compiler(text: str, level: int, asked: list[str] = asked) -> bytes:
            asked.append(text)
            return object_file(text, level)

        machines = Machines(compiler)
        compiled_by(machines, "", level)
        assert len(asked) == 2
        compiled_by(machines, FURTHER, level)
        assert len(asked) == 3
        compiled_by(machines, "", level)
        assert len(asked) == 3
