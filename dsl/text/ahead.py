"""What the words ahead in a text are likely to begin: a clause, a statement, a next part.

Asked where a text cannot be read on, to find where it can be read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.text.expected import starters
from dsl.text.terminals import possible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsl.text.grammar import Grammar
    from dsl.text.scan import Lexeme

JOINTS = frozenset({"COMMA", "RPAR", "AND", "OR"})
# The first words of clauses that stand inside others too: the next word must be a clause's.
_ELSEWHERE = frozenset({"IN", "WITH", "AFTER", "FROM"})
_OPERATORS = frozenset({"COMPARATOR", "PLUS", "MINUS", "STAR", "SLASH", "DOT", "COMMA", "RPAR"})


class Ahead:
    """The lexemes of a text, asked what they can begin; `lexemes` may change while it is read.

    `statements` and `clauses` are the terminals that these begin with.
    """

    def __init__(self, lexemes: Sequence[Lexeme], grammar: Grammar) -> None:
        self.statements = starters(grammar, "document")
        self.clauses = starters(grammar, "remainder")
        self._lexemes = lexemes
        self._grammar = grammar

    def at(self, at: int) -> Lexeme | None:
        """The lexeme at an index, None where there is none."""
        return self._lexemes[at] if 0 <= at < len(self._lexemes) else None

    def leading(self, lexeme: Lexeme) -> str | None:
        """The terminal of a lexeme that a statement, a clause or a next part can begin with."""
        every = self.statements | self.clauses | JOINTS
        return next((name for name in possible(lexeme, self._grammar) if name in every), None)

    def is_clause(self, at: int, name: str | None) -> bool:
        """True of the first word of a clause, where it is not a name or part of something else."""
        if name not in self.clauses or self.is_operand(at):
            return False
        after = self.at(at + 1)
        if name not in _ELSEWHERE or after is None:
            return True
        table = self._grammar.table
        follow = table.actions[table.actions[table.starts["_clause"]][name]]
        return any(terminal in follow for terminal in possible(after, self._grammar))

    def is_operand(self, at: int) -> bool:
        """True of a word between operators: a name, though it is a keyword elsewhere."""
        after = self.at(at + 1)
        before = self._lexemes[at - 1].terminal if at else ""
        return before in _OPERATORS - {"RPAR"} or (
            after is not None and after.terminal in _OPERATORS
        )

    def is_statement(self, at: int) -> bool:
        """True where a statement's keyword is followed by what it has, such as `tier gold:`."""
        lexeme, after = self._lexemes[at], self.at(at + 1)
        if after is None or self.is_operand(at):
            return False
        table = self._grammar.table
        opened = table.actions[table.starts["document"]]
        terminal = next((name for name in possible(lexeme, self._grammar) if name in opened), None)
        if terminal is None or (not lexeme.starts_line and self._belongs(at, terminal)):
            return False
        followers = self._grammar.followers[terminal]
        follows = next((n for n in possible(after, self._grammar) if n in followers), None)
        reserved = after.is_word and after.text.lower() in self._grammar.words
        if follows is None:
            return lexeme.starts_line and after.is_word and not reserved
        return follows != "NAME" or not reserved or self.is_colon(at + 2)

    def _belongs(self, at: int, terminal: str) -> bool:
        """True where the word before asks for this one, such as `in` for `segment`."""
        before = self.at(at - 1)
        if before is None or not before.is_word:
            return False
        keywords = self._grammar.words.get(before.text.lower(), ())
        return any(terminal in self._grammar.followers[name] for name in keywords)

    def is_colon(self, at: int) -> bool:
        """True where a colon stands at an index."""
        return at < len(self._lexemes) and self._lexemes[at].terminal == "COLON"

    def is_unknown_statement(self, at: int) -> bool:
        """True of a line such as `word name:` or `word "Name"`: what follows belongs to it."""
        lexeme, after = self._lexemes[at], self.at(at + 1)
        if not lexeme.is_word or not lexeme.starts_line or after is None:
            return False
        return after.terminal == "STRING" or (
            after.terminal in ("NAME", "QUOTED_NAME") and self.is_colon(at + 2)
        )
