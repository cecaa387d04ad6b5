"""Feeds a text's lexemes to the parser, and goes on after what it cannot read.

The state of the parser says what each word can be. Where one cannot stand, it is read as the word
that was most likely meant; else words are passed over up to one with which an unfinished part of
the sentence, the next clause or the next statement can go on. One place gives one diagnostic.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from lark import Token, Tree
from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from dsl.text.diagnostics import Diagnostic, Syntax, TooDeep
from dsl.text.expected import accepted, choices, keyword, phrases, starters
from dsl.text.grammar import Grammar
from dsl.text.scan import MOST_NESTING, Lexeme
from dsl.text.source import Span
from dsl.text.statements import STATEMENTS

# More than a reader wants to see, and no more than can be found at once in a hostile text.
MOST_DIAGNOSTICS = 100
# The parser's stack is never this high in a text that nests as deep as it may.
MOST_STACKED = 16 * MOST_NESTING

_CURRENCY = re.compile("[A-Z]{3}")
_JOINTS = frozenset({"COMMA", "RPAR", "AND", "OR"})
_OPERATORS = frozenset({"COMPARATOR", "PLUS", "MINUS", "STAR", "SLASH", "DOT", "COMMA", "RPAR"})


def token(lexeme: Lexeme, terminal: str) -> Token:
    """A lexeme as the parser takes it."""
    return Token(terminal, lexeme.text, start_pos=lexeme.span.start, end_pos=lexeme.span.end)


@dataclass(slots=True)
class State:
    """What the parser has read so far and not yet put together."""

    states: list[Any]
    values: list[Any]


class Reader:
    """Reads the lexemes of one text; `trees` are its statements, broken ones perhaps among them."""

    def __init__(self, lexemes: tuple[Lexeme, ...], grammar: Grammar, start: str) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.trees: list[Tree[Token]] = []
        self._lexemes = lexemes
        self._grammar = grammar
        self._parser = self._fresh(start)
        self._before = self._state()
        # How many lexemes were read since something was passed over; none yet is no mistake.
        self._read_since = 1

    # --- the parser and its stack --------------------------------------------------------------

    def _fresh(self, start: str) -> InteractiveParser:
        return self._grammar.lark.parse_interactive(start=start)

    def _state(self) -> State:
        stack = self._parser.parser_state
        return State(list(stack.state_stack), list(stack.value_stack))

    def _restore(self, state: State) -> None:
        stack = self._parser.parser_state
        stack.state_stack[:] = state.states
        stack.value_stack[:] = state.values

    def _feed(self, fed: Token) -> bool:
        """Feed a token; where the parser refuses it, it is as it was before."""
        before = self._state()
        try:
            tree = self._parser.feed_token(fed)
        except UnexpectedToken:
            self._restore(before)
            return False
        if fed.type == "$END":
            self._collect([tree])
        self._before = before
        return True

    def _terminal(self, lexeme: Lexeme, allowed: Collection[str]) -> str | None:
        """Which of the terminals that could stand here a lexeme is; a keyword before a name."""
        if not lexeme.is_word:
            return lexeme.terminal if lexeme.terminal in allowed else None
        if lexeme.text.isascii():
            for name in self._grammar.words.get(lexeme.text.lower(), ()):
                if name in allowed:
                    return name
        if "CURRENCY" in allowed and _CURRENCY.fullmatch(lexeme.text):
            return "CURRENCY"
        return "NAME" if "NAME" in allowed else None

    def _take(self, lexeme: Lexeme) -> bool:
        terminal = self._terminal(lexeme, choices(self._parser))
        return terminal is not None and self._feed(token(lexeme, terminal))

    def _collect(self, trees: list[Any]) -> None:
        """Keep the statements among what was put together."""
        for tree in trees:
            if isinstance(tree, Tree):
                if tree.data in STATEMENTS:
                    self.trees.append(tree)
                elif tree.data.startswith("__") or tree.data in ("document", "remainder"):
                    self._collect(tree.children)

    # --- reading -------------------------------------------------------------------------------

    def read(self) -> None:
        """Read all lexemes."""
        at = 0
        while at < len(self._lexemes):
            if len(self._parser.parser_state.state_stack) > MOST_STACKED:
                span = self._lexemes[at].span
                self.diagnostics.append(TooDeep(span=span, limit=MOST_NESTING))
                return
            if self._take(self._lexemes[at]):
                at += 1
                self._read_since += 1
                continue
            found = self._go_on(at)
            if found is None or len(self.diagnostics) >= MOST_DIAGNOSTICS:
                self._collect(self._parser.parser_state.value_stack)
                return
            at = found
        end = self._lexemes[-1].span.end if self._lexemes else 0
        if not self._feed(Token("$END", "", start_pos=end, end_pos=end)):
            allowed = accepted(self._parser)
            self._report(Syntax(span=Span(end, end), found="", expected=self._phrases(allowed)))
            self._collect(self._parser.parser_state.value_stack)

    def _phrases(self, allowed: Collection[str]) -> tuple[str, ...]:
        return phrases(allowed, self._grammar)

    def _report(self, diagnostic: Diagnostic) -> None:
        """Tell a mistake, unless it comes of what was just passed over."""
        if self._read_since:
            self.diagnostics.append(diagnostic)

    def _go_on(self, at: int) -> int | None:
        """Tell what cannot stand here; the place to read on from, or None where there is none."""
        if self._reread(at):
            return at + 1
        if self._was_taken_for_a_name(at):
            at -= 1
        allowed = accepted(self._parser)
        lexeme = self._lexemes[at]
        expected = self._phrases(allowed)
        meant = self._meant(lexeme, allowed)
        if meant is not None and self._feed(meant):
            self._report(_wrong(lexeme, expected, meant))
            return at + 1
        if lexeme.is_unclosed:
            expected = (self._grammar.spoken.closing_quote,)
        self._report(_wrong(lexeme, expected))
        self._read_since = 0
        return self._pass_over(at)

    # --- reading a word as the one that was meant ----------------------------------------------

    def _meant(self, lexeme: Lexeme, allowed: Collection[str]) -> Token | None:
        """What was most likely meant by a lexeme among what could stand here."""
        if lexeme.in_other_quotes and "STRING" in allowed:
            inner = lexeme.raw[1:-1].replace("\\", "\\\\").replace('"', '\\"')
            return token(lexeme, "STRING").update(value=f'"{inner}"')
        if lexeme.is_word:
            word = keyword(lexeme.text, allowed, self._grammar)
        else:
            word = self._grammar.spoken.mistyped.get(lexeme.text)
        if word is None:
            return None
        terminals = set(self._grammar.words.get(word, ()))
        terminals.add(self._grammar.signs.get(word, "CURRENCY" if word.isalpha() else "COMPARATOR"))
        terminal = next((name for name in sorted(terminals) if name in allowed), None)
        return token(lexeme, terminal).update(value=word) if terminal else None

    def _reread(self, at: int) -> bool:
        """Read the word before as a keyword instead of a name, where this one can then stand."""
        now = self._state()
        last = now.values[-1] if now.values else None
        if not isinstance(last, Token) or last.type != "NAME":
            return False
        self._restore(self._before)
        allowed = accepted(self._parser)
        lexeme = self._lexemes[at - 1]
        meant = self._meant(lexeme, allowed)
        if meant is not None and self._feed(meant) and self._take(self._lexemes[at]):
            self._report(_wrong(lexeme, self._phrases(allowed), meant))
            return True
        self._restore(now)
        return False

    def _was_taken_for_a_name(self, at: int) -> bool:
        """Take back the word before where it begins a clause, and what misses stands before it.

        `where amount > award 5 points` reads as far as `award`, which names can be called.
        """
        values = self._parser.parser_state.value_stack
        last = values[-1] if values else None
        if not isinstance(last, Token) or last.type != "NAME":
            return False
        lexeme = self._lexemes[at - 1]
        name = self._leading(lexeme)
        if name is None:
            return False
        if name in self._statements and not (lexeme.starts_line or self._is_colon(at + 1)):
            return False
        self._restore(self._before)
        return True

    # --- passing over --------------------------------------------------------------------------

    def _pass_over(self, at: int) -> int | None:
        """Pass over lexemes up to one that something unfinished can go on with, and read it."""
        next_statement = self._is_unknown_statement(at)
        opened = 0
        for place in range(at, len(self._lexemes)):
            lexeme = self._lexemes[place]
            name = self._leading(lexeme)
            if name in self._statements and self._is_statement(place):
                if self._go_back(lexeme) or self._start_over(lexeme, "document"):
                    self._read_since = 1
                    return place + 1
            elif next_statement:
                continue
            elif lexeme.terminal == "LPAR":
                opened += 1
            elif lexeme.terminal == "RPAR" and opened:
                opened -= 1
            elif opened and not lexeme.starts_line:
                continue
            elif name in self._clauses and not self._is_operand(place):
                if self._go_back(lexeme) or self._start_over(lexeme, "remainder"):
                    self._read_since = 1
                    return place + 1
            elif name in _JOINTS and self._go_back(lexeme):
                return place + 1
        return None

    @property
    def _statements(self) -> frozenset[str]:
        return starters(self._grammar, "document")

    @property
    def _clauses(self) -> frozenset[str]:
        return starters(self._grammar, "remainder")

    def _leading(self, lexeme: Lexeme) -> str | None:
        """The terminal of a lexeme that a statement, a clause or a next part can begin with."""
        every = self._statements | self._clauses | _JOINTS
        return self._terminal(lexeme, every)

    def _go_back(self, lexeme: Lexeme) -> bool:
        """Leave what is unfinished, as little as possible, and read a lexeme there."""
        now = self._state()
        for height in range(len(now.states), 0, -1):
            self._restore(State(now.states[:height], now.values[: height - 1]))
            terminal = self._terminal(lexeme, choices(self._parser))
            if terminal not in (None, "NAME") and self._take(lexeme):
                return True
        self._restore(now)
        return False

    def _start_over(self, lexeme: Lexeme, start: str) -> bool:
        """Leave the statement and read a lexeme as the start of another, or of a rule's rest."""
        values = self._parser.parser_state.value_stack
        in_rule = any(isinstance(value, Token) and value.type == "ON" for value in values)
        if start == "remainder" and not in_rule:
            return False
        kept = self._parser
        self._parser = self._fresh(start)
        if self._take(lexeme):
            self._collect(values)
            return True
        self._parser = kept
        return False

    def _next(self, at: int) -> Lexeme | None:
        return self._lexemes[at + 1] if at + 1 < len(self._lexemes) else None

    def _is_operand(self, at: int) -> bool:
        """True of a word between operators: a name, though it is a keyword elsewhere."""
        after = self._next(at)
        before = self._lexemes[at - 1].terminal if at else ""
        return before in _OPERATORS - {"RPAR"} or (
            after is not None and after.terminal in _OPERATORS
        )

    def _is_statement(self, at: int) -> bool:
        """True where a statement's keyword is followed by what it has, such as `tier gold:`."""
        lexeme, after = self._lexemes[at], self._next(at)
        if after is None or self._is_operand(at):
            return False
        opened = self._fresh("document")
        terminal = self._terminal(lexeme, choices(opened))
        if terminal is None:
            return False
        opened.feed_token(token(lexeme, terminal))
        follows = self._terminal(after, choices(opened))
        reserved = after.is_word and after.text.lower() in self._grammar.words
        if follows is None:
            return lexeme.starts_line and after.is_word and not reserved
        return follows != "NAME" or not reserved or self._is_colon(at + 2)

    def _is_colon(self, at: int) -> bool:
        return at < len(self._lexemes) and self._lexemes[at].terminal == "COLON"

    def _is_unknown_statement(self, at: int) -> bool:
        """True of a line such as `word name:` or `word "Name"`: what follows belongs to it."""
        lexeme, after = self._lexemes[at], self._next(at)
        if not lexeme.is_word or not lexeme.starts_line or after is None:
            return False
        return after.terminal == "STRING" or (
            after.terminal in ("NAME", "QUOTED_NAME") and self._is_colon(at + 2)
        )


def _wrong(lexeme: Lexeme, expected: tuple[str, ...], meant: Token | None = None) -> Syntax:
    return Syntax(
        span=lexeme.span,
        found=lexeme.raw,
        expected=expected,
        suggestion=None if meant is None else str(meant),
    )
