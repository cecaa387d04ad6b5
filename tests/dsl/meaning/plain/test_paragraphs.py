"""Every form of a rule and of a declaration as it is told, in paragraphs.yaml beside this file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dsl.meaning.check import Part, check
from dsl.meaning.checked import Program
from dsl.meaning.forms import HEAD, SECTIONS
from dsl.meaning.plain import Described, describe

TABLES: dict[str, list[dict[str, str]]] = yaml.safe_load(
    Path(__file__).with_name("paragraphs.yaml").read_text("utf-8")
)
ON_EITHER = "When a customer makes a purchase or writes a review"
# Where the texts of a section stand, and what is told around what they are told as.
FRAMES = {
    "conditions": "on purchase or review where {} award 1 point",
    "values": "on purchase or review where {} award 1 point",
    "windows": "on purchase or review where {} award 1 point",
    "rewards": "on purchase award {}",
    "clauses": 'on share award 5 points, gift "Mug" {}',
    "triggers": "on {} award 5 points",
    "audiences": "on purchase award 5 points to {}",
    "schedules": "on every monday award 5 points to {}",
    "rules": "{}",
}
TOLD = {
    "conditions": (
        f"{ON_EITHER} and {{}}, they earn 1 point.",
        f"{ON_EITHER}, if {{}}, they earn 1 point.",
    ),
    "rewards": ("When a customer makes a purchase, {}.",),
    "clauses": ('When a customer shares something, they earn 5 points and get the gift "Mug". {}',),
}
TOLD["values"] = TOLD["windows"] = TOLD["conditions"]
ROWS = [
    pytest.param(section, row["text"], row["told"], id=f"{section}: {row['text']}")
    for section in FRAMES
    for row in TABLES[section]
]
KINDS: dict[str, Described] = {
    kind: kind
    for kind in (
        *("program", "tier", "segment", "campaign", "parameter", "event", "unit", "coupon"),
        *("gift", "badge", "perk", "reward", "challenge", "guard"),
    )
}


def program_of(text: str) -> Program:
    """The program of HEAD and a text; where the text has a currency, HEAD has it too."""
    head = HEAD.replace("USD", "EUR") if "currency EUR" in text else HEAD
    result = check([Part(head), Part(text)])
    assert result.program is not None, result.diagnostics
    return result.program


@pytest.mark.parametrize(("section", "text", "told"), ROWS)
def test_a_rule_is_told(section: str, text: str, told: str) -> None:
    program = program_of(FRAMES[section].replace("{}", text))
    paragraph = describe(program, program.rules[-1].name)
    assert paragraph in [frame.replace("{}", told) for frame in TOLD.get(section, ("{}",))]


@pytest.mark.parametrize(
    ("text", "told"),
    [(row["text"], row["told"]) for row in TABLES["declarations"]],
    ids=lambda text: text[:60],
)
def test_a_declaration_is_told(text: str, told: str) -> None:
    program = program_of(text)
    if text.startswith("on "):
        assert describe(program, "Spring", "campaign") == told
        return
    word, _, rest = text.partition(" ")
    name = rest.split(":")[0].strip('"')
    assert describe(program, name, KINDS[word]) == told


@pytest.mark.parametrize(
    "title", ["Triggers", "Conditions", "Values", "Windows", "Rewards", "Clauses"]
)
def test_every_documented_form_of_a_rule_is_told(title: str) -> None:
    (section,) = (section for section in SECTIONS if section.title == title)
    for form in section.forms:
        program = program_of(section.framed(form.good))
        assert describe(program, program.rules[-1].name).endswith(".")


def test_what_is_not_there_is_not_told() -> None:
    with pytest.raises(KeyError):
        describe(program_of(""), "Weekend")
