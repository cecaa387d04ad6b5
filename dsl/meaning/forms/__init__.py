"""The forms, problems and reasons of the language as tables, for its documentation and its tests.

Every example is run by the tests: good ones pass the checker, bad ones have exactly their code.
"""

from dsl.meaning.forms.asked import CONDITIONS, TRIGGERS, WINDOWS
from dsl.meaning.forms.declared import DECLARATIONS, LITERALS, TIER_ITEMS, UNIT_OPTIONS
from dsl.meaning.forms.form import HEAD, Form, Section
from dsl.meaning.forms.given import AUDIENCES, CLAUSES, REWARDS
from dsl.meaning.forms.problems import PROBLEMS, REASONS, Problem, ReasonDoc
from dsl.meaning.forms.valued import VALUES

SECTIONS = (
    LITERALS,
    DECLARATIONS,
    UNIT_OPTIONS,
    TIER_ITEMS,
    TRIGGERS,
    CONDITIONS,
    VALUES,
    WINDOWS,
    REWARDS,
    AUDIENCES,
    CLAUSES,
)

__all__ = ["HEAD", "PROBLEMS", "REASONS", "SECTIONS", "Form", "Problem", "ReasonDoc", "Section"]
