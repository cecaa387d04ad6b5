"""The language's documentation: its examples do what it says, and nothing is left out of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from app.cli import COMMANDS
from dsl.engine.decision import Reason
from dsl.meaning import catalogue, diagnostics
from dsl.meaning.check import Part, check
from dsl.meaning.forms import HEAD, PROBLEMS, REASONS, SECTIONS, Form, Problem, Section
from dsl.meaning.lint import walk
from dsl.meaning.tables import found, language_tables
from dsl.text import ast
from dsl.text import diagnostics as of_text
from dsl.text.diagnostics import Diagnostic
from dsl.text.parse import parse

DOCS = Path(__file__).parents[3] / "docs"
LANGUAGE = (DOCS / "language.md").read_text("utf-8")
FORMS = [
    pytest.param(section, form, id=f"{section.title}: {form.name}")
    for section in SECTIONS
    for form in section.forms
]


def test_the_program_around_the_examples_has_no_problems() -> None:
    assert check([Part(HEAD)]).diagnostics == ()


@pytest.mark.parametrize(("section", "form"), FORMS)
def test_a_good_example_has_no_problems(section: Section, form: Form) -> None:
    assert found(section.framed(form.good)) == ()


@pytest.mark.parametrize(("section", "form"), FORMS)
def test_a_bad_example_has_its_problem_and_no_other(section: Section, form: Form) -> None:
    assert {one.code for one in found(section.framed(form.bad))} == {form.code}


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
def test_an_example_of_a_problem_has_it_and_no_other(problem: Problem) -> None:
    assert {one.code for one in found(problem.text)} == {problem.code}


def test_every_kind_of_node_stands_in_a_good_example() -> None:
    examples = [HEAD, *(s.framed(form.good) for s in SECTIONS for form in s.forms)]
    seen = {
        type(node)
        for example in examples
        for statement in parse(example).partial.statements
        for node in walk(statement)
    }
    kinds = {
        kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.Node)
    }
    assert kinds - seen == {ast.Node, ast.Document, ast.Comment}


def test_every_code_has_a_row() -> None:
    codes = {
        kind.code
        for module in (of_text, diagnostics)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Diagnostic) and hasattr(kind, "code")
    }
    assert [problem.code for problem in PROBLEMS] == sorted(
        codes, key=[problem.code for problem in PROBLEMS].index
    )
    (section,) = re.findall(r"\n## 6\. Errors\n(.*?)\n## ", LANGUAGE, re.DOTALL)
    assert codes <= set(re.findall(r"`([a-z-]+)`", section))


def test_every_reason_has_a_row_in_the_order_in_which_they_are_looked_at() -> None:
    (listed,) = re.findall(r"in this order is named: (.*?)\. ", LANGUAGE, re.DOTALL)
    plain = re.sub(r"\(.*?\)", "", listed, flags=re.DOTALL)
    assert [one.reason for one in REASONS] == [name.strip() for name in plain.split(",")]
    # A rule that came to nothing is neither paid nor refused.
    assert set(get_args(Reason)) - {"nothing"} <= {one.reason for one in REASONS}


def test_everything_of_the_catalogue_is_in_it() -> None:
    text = language_tables()
    named = [
        *(f"### {event}\n" for event in catalogue.BUILT_IN_EVENTS),
        *(f"`customer.{name}`" for name in catalogue.CUSTOMER_ATTRIBUTES),
        *(f"`{name}`" for name in catalogue.ITEM_ATTRIBUTES),
        *(f"| `{name}` |" for name in catalogue.FUNCTIONS),
        *(f"`{name}`" for name in catalogue.CALENDAR_PARTS),
    ]
    assert [name for name in named if name not in text] == []


def test_everything_of_the_catalogue_says_what_it_is() -> None:
    events = catalogue.BUILT_IN_EVENTS.values()
    docs = {
        **{event.name: event.doc for event in events},
        **{f"{e.name}.{name}": info.doc for e in events for name, info in e.attributes.items()},
        **{f"customer.{n}": info.doc for n, info in catalogue.CUSTOMER_ATTRIBUTES.items()},
        **{f"item.{name}": info.doc for name, info in catalogue.ITEM_ATTRIBUTES.items()},
        **{f"{name}()": info.doc for name, info in catalogue.FUNCTIONS.items()},
    }
    assert [name for name, doc in docs.items() if not doc.endswith((".", "…"))] == []


def test_the_file_is_what_the_tables_say() -> None:
    assert (DOCS / "language-tables.md").read_text("utf-8") == language_tables()


def test_every_command_has_a_row() -> None:
    rows = (DOCS / "operations.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"\n| `tally {name}" not in rows] == []


# --- docs/language.md ----------------------------------------------------------------------------

# What stands in blocks and is no program: the form of a rule, a case file, another spoken form.
NO_PROGRAMS = ('rule "Name": on TRIGGER', "- name: gold doubles", "当消费时")
BLOCKS = [
    "\n".join(line[4:] for line in block.splitlines())
    for block in re.findall(r"(?:(?<=\n\n)|\A)(?:    .*\n)+", LANGUAGE)
]
PROGRAMS = [block for block in BLOCKS if not block.startswith(NO_PROGRAMS)]


def test_every_block_of_the_reference_is_a_program_or_known_to_be_none() -> None:
    assert len(BLOCKS) == len(PROGRAMS) + len(NO_PROGRAMS)
    assert [block for block in PROGRAMS if parse(block).diagnostics] == []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.splitlines()[0])
def test_a_program_of_the_reference_passes_the_checker(program: str) -> None:
    """A rule alone stands beside what it names."""
    is_rule = program.startswith("on ")
    parts = [Part(HEAD), Part(program)] if is_rule else [Part(program)]
    errors = [one for one in check(parts).diagnostics if one.severity == "error"]
    assert errors == []


def test_the_case_of_the_reference_has_a_program_that_passes_the_checker() -> None:
    (case,) = (block for block in BLOCKS if block.startswith("- name:"))
    (program,) = re.findall(r"program: \|[^\n]*\n((?:    .*\n)+)", case)
    assert check([Part(program)]).diagnostics == ()
