"""From a text to its tree and to all that is wrong with it.

The scanner says what words there are, the state of the parser what each can be. Where one cannot
stand, it is read as the word that was most likely meant, or what follows is passed over up to a
word with which the sentence can go on; so every broken place gives one diagnostic.
Source: docs/language.md, sections 1 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from dsl.text import ast
from dsl.text.diagnostics import Diagnostic
from dsl.text.grammar import load
from dsl.text.reader import MOST_DIAGNOSTICS, Reader
from dsl.text.scan import scan
from dsl.text.source import Span
from dsl.text.statements import Statements


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says.

    `document` is None where anything is wrong; `partial` then has what could be read, mistyped
    words as they were meant, and is the same as `document` where nothing is wrong.
    """

    document: ast.Document | None
    diagnostics: tuple[Diagnostic, ...]
    partial: ast.Document


def parse(text: str, *, rule: bool = False) -> Parsed:
    """The tree of a text and everything that is wrong with it, in the order of the text.

    With `rule` the text is that of one rule without its name, from `on` to its last clause.
    """
    grammar = load()
    scanned = scan(text, grammar)
    diagnostics: list[Diagnostic] = list(scanned.diagnostics)
    statements: list[ast.Statement] = []
    if not diagnostics:
        reader = Reader(scanned.lexemes, grammar, "sentence" if rule else "document")
        reader.read()
        builder = Statements(text, grammar)
        for tree in reader.trees:
            known = len(builder.diagnostics)
            statement = cast("ast.Statement", builder.build(tree))
            broken = any(
                wrong.suggestion is None
                and _touches(wrong.span, statement.span)
                and not (wrong.span.start == tree.start and tree.start in reader.resumed)
                for wrong in reader.diagnostics
            )
            # What a declaration names is there even where one of its literals is none.
            harmless = not isinstance(statement, ast.Rule) or len(builder.diagnostics) == known
            if harmless and not broken:
                statements.append(statement)
        diagnostics += [*reader.diagnostics, *builder.diagnostics]
    diagnostics.sort(key=lambda diagnostic: diagnostic.span)
    partial = ast.Document(
        span=Span(0, len(text)), statements=tuple(statements), comments=scanned.comments
    )
    return Parsed(
        document=None if diagnostics else partial,
        diagnostics=tuple(diagnostics[:MOST_DIAGNOSTICS]),
        partial=partial,
    )


def _touches(place: Span, statement: Span) -> bool:
    return place.start <= statement.end and statement.start <= place.end
