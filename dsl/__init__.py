"""The rule language: texts to trees, trees to checked programs, programs to decisions.

This is the public API; docs/architecture.md says what each name is for. Histories and dry runs,
which need NumPy and Arrow, have a door of their own: dsl.engine.columns.
"""

from dsl.engine.book import Book
from dsl.engine.compiled import Compiled, compile_program
from dsl.engine.decision import (
    Award,
    CounterKey,
    Cut,
    Decision,
    FailedTest,
    Outcome,
    Shortfall,
    Working,
)
from dsl.engine.explaining import Explanation, Step, explain, steps
from dsl.engine.live import Live, counters
from dsl.meaning.check import Checked, Part, check
from dsl.meaning.completion import Completion, complete
from dsl.meaning.events import (
    Event,
    FieldProblem,
    canonical_content,
    content_hash,
    read_event,
    read_recorded,
    render_field,
)
from dsl.meaning.plain import Described, describe
from dsl.meaning.plain.values import exact as decimal_text
from dsl.meaning.report import report
from dsl.meaning.tables import language_tables
from dsl.meaning.wording import Message, render
from dsl.text.diagnostics import Diagnostic
from dsl.text.format import FormatError, format_document, format_text
from dsl.text.keywords import keywords
from dsl.text.parse import Parsed, parse
from dsl.text.source import Source, Span

__all__ = [
    "Award",
    "Book",
    "Checked",
    "Compiled",
    "Completion",
    "CounterKey",
    "Cut",
    "Decision",
    "Described",
    "Diagnostic",
    "Event",
    "Explanation",
    "FailedTest",
    "FieldProblem",
    "FormatError",
    "Live",
    "Message",
    "Outcome",
    "Parsed",
    "Part",
    "Shortfall",
    "Source",
    "Span",
    "Step",
    "Working",
    "canonical_content",
    "check",
    "compile_program",
    "complete",
    "content_hash",
    "counters",
    "decimal_text",
    "describe",
    "explain",
    "format_document",
    "format_text",
    "keywords",
    "language_tables",
    "parse",
    "read_event",
    "read_recorded",
    "render",
    "render_field",
    "report",
    "steps",
]
