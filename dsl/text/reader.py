"""Feeds a text's lexemes to the parser, and goes on after what it cannot read.

The state of the parser says what each word can be. Where one cannot stand, it is read as the word
that was most likely meant; else words are passed over up to one with which an unfinished part of
the sentence, the next clause or the next statement can go on. One place gives one diagnostic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dsl.text.ahead import JOINTS, Ahead
from dsl.text.diagnostics import Diagnostic, Syntax, TooDeep
from dsl.text.expected import keywords, phrases, starters
from dsl.text.grammar import Grammar
from dsl.text.machine import END, Machine, Node, Several, Token, Value
from dsl.text.nearest import LONGEST
from dsl.text.scan import MOST_NESTING, Lexeme
from dsl.text.source import Span
from dsl.text.terminals import possible, terminal_of

# More than a reader wants to see, and no more than can be found at once in a hostile text.
MOST_DIAGNOSTICS = 100
# The parser's stack is never this high in a text that nests as deep as it may.
MOST_STACKED = 16 * MOST_NESTING

STATEMENTS = frozenset(
    {
        *("program", "attributes", "event", "unit_decl", "tier", "segment", "list", "parameter"),
        *("campaign", "thing_decl", "reward_decl", "challenge", "guard", "rule", "sentence"),
        "embedded",
    }
)
# Words of so few letters are mistyped for what fits only.
SHORTEST = 3


def token(lexeme: Lexeme, terminal: str) -> Token:
    """A lexeme as the parser takes it."""
    return Token(terminal, lexeme.text, lexeme.start, lexeme.end)


@dataclass(slots=True)
class State:
    """What the parser has read so far and not yet put together."""

    states: list[int]
    values: list[Value]


class Reader:
    """Reads the lexemes of one text; `trees` are its statements, broken ones perhaps among them."""

    def __init__(self, lexemes: tuple[Lexeme, ...], grammar: Grammar, start: str) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.trees: list[Node] = []
        # Where statements begin that what went wrong just before does not touch.
        self.resumed: set[int] = set()
        self._lexemes = list(lexemes)
        self._grammar = grammar
        self._parser = Machine(grammar.table, start)
        self._before = self._state()
        self._ahead = Ahead(self._lexemes, grammar)
        # How many lexemes were read since something was passed over; none yet is no mistake.
        self._read_since = 1

    # --- the parser and its stack --------------------------------------------------------------

    def _state(self) -> State:
        return State(self._parser.states[:], self._parser.values[:])

    def _restore(self, state: State) -> None:
        self._parser.states[:] = state.states
        self._parser.values[:] = state.values

    def _feed(self, fed: Token) -> bool:
        """Feed a token; where the parser refuses it, it is as it was before."""
        before = self._state()
        if not self._parser.feed(fed):
            self._restore(before)
            return False
        if fed.type == END:
            self._collect(self._parser.values)
        self._before = before
        return True

    def _take(self, at: int) -> bool:
        """Read the lexeme at an index as one of the terminals that could stand here."""
        lexeme = self._lexemes[at]
        terminal = terminal_of(lexeme, self._ahead.at(at + 1), self._parser, self._grammar)
        if terminal is None and lexeme.terminal == "TIME" and "NUMBER" in self._parser.choices:
            self._split(at)
            return self._take(at)
        return terminal is not None and self._feed(token(lexeme, terminal))

    def _split(self, at: int) -> None:
        """Take a time apart where none can stand: `from 50:10` is two numbers."""
        lexeme = self._lexemes[at]
        parts = re.findall(r"[0-9]+|:", lexeme.text)
        start = lexeme.start
        split: list[Lexeme] = []
        for part in parts:
            terminal = self._grammar.signs[":"] if part == ":" else "NUMBER"
            end = start + len(part)
            raw = lexeme.raw[start - lexeme.start : end - lexeme.start]
            split.append(Lexeme(terminal, part, raw, start, end, lexeme.starts_line and not split))
            start = end
        self._lexemes[at : at + 1] = split

    def _collect(self, values: Sequence[Value]) -> None:
        """Keep the statements among what was put together."""
        for value in values:
            if isinstance(value, Several):
                self._collect(value.items[: value.count])
            elif isinstance(value, Node):
                if value.kind in STATEMENTS:
                    self.trees.append(value)
                elif value.kind in ("document", "remainder"):
                    self._collect(value.children)

    # --- reading -------------------------------------------------------------------------------

    def read(self) -> None:
        """Read all lexemes."""
        at = 0
        while at < len(self._lexemes):
            if len(self._parser.states) > MOST_STACKED:
                span = self._lexemes[at].span
                self.diagnostics.append(TooDeep(span=span, limit=MOST_NESTING))
                return
            if self._take(at):
                at += 1
                self._read_since += 1
                continue
            found = self._go_on(at)
            if found is None or len(self.diagnostics) >= MOST_DIAGNOSTICS:
                self._collect(self._parser.values)
                return
            at = found
        end = self._lexemes[-1].end if self._lexemes else 0
        if not self._feed(Token(END, "", end, end)):
            if self._was_no_reward():
                wrong = _wrong(self._lexemes[-1], self._phrases(self._parser.accepts()))
            else:
                expected = self._phrases(self._parser.accepts())
                wrong = Syntax(span=Span(end, end), found="", expected=expected)
            self._report(wrong)
            self._collect(self._parser.values)

    def _phrases(self, allowed: frozenset[str]) -> tuple[str, ...]:
        return phrases(allowed, self._grammar)

    def _report(self, diagnostic: Diagnostic) -> None:
        """Tell a mistake, unless it comes of what was just passed over."""
        if self._read_since:
            self.diagnostics.append(diagnostic)

    def _go_on(self, at: int) -> int | None:
        """Tell what cannot stand here; the place to read on from, or None where there is none."""
        if self._reread(at):
            return at + 1
        if self._was_taken_for_a_name(at) or self._was_no_reward():
            at -= 1
        allowed = self._parser.accepts()
        lexeme = self._lexemes[at]
        meant = self._meant(at, allowed)
        if meant is not None and self._feed(meant):
            self._report(_wrong(lexeme, self._phrases(allowed), meant))
            return at + 1
        if self._read_since:
            expected = self._phrases(allowed)
            if lexeme.is_unclosed:
                expected = (self._grammar.spoken.closing_quote,)
            elif self._is_late_condition(lexeme):
                expected = (self._grammar.spoken.before_rewards,)
            self._report(_wrong(lexeme, expected))
        self._read_since = 0
        return self._pass_over(at)

    # --- reading a word as the one that was meant ----------------------------------------------

    def _meant(self, at: int, allowed: frozenset[str]) -> Token | None:
        """What was most likely meant by a lexeme among what could stand here."""
        lexeme = self._lexemes[at]
        if lexeme.in_other_quotes and "STRING" in allowed:
            inner = lexeme.raw[1:-1].replace("\\", "\\\\").replace('"', '\\"')
            return token(lexeme, "STRING")._replace(text=f'"{inner}"')
        word = self._grammar.spoken.mistyped.get(lexeme.text.lower())
        if word is not None or not lexeme.is_word:
            made = self._as_word(lexeme, word, allowed) if word else None
            if made is not None and made.type == "COMMA" and not self._fits(made, at + 1):
                # What joins nothing is no comma that was meant.
                return None
            return made
        if len(lexeme.text) > LONGEST:
            return None
        words = keywords(lexeme.text, allowed, self._grammar)
        meant = [made for word in words if (made := self._as_word(lexeme, word, allowed))]
        fitting = [made for made in meant if self._fits(made, at + 1)]
        if fitting:
            return fitting[0]
        # A keyword out of its place is none that was mistyped, and short words are all alike.
        told = len(lexeme.text) > SHORTEST and lexeme.text.lower() not in self._grammar.words
        return meant[0] if meant and told else None

    def _as_word(self, lexeme: Lexeme, word: str, allowed: frozenset[str]) -> Token | None:
        """A lexeme as the terminal that a word or a sign is here."""
        terminals = set(self._grammar.words.get(word, ()))
        terminals.add(self._grammar.signs.get(word, "CURRENCY" if word.isalpha() else "COMPARATOR"))
        terminal = next((name for name in sorted(terminals) if name in allowed), None)
        return token(lexeme, terminal)._replace(text=word) if terminal else None

    def _fits(self, made: Token, at: int) -> bool:
        """True where the lexeme at an index, or the end, can stand after a token read here."""
        following = self._ahead.at(at)
        follow = possible(following, self._grammar) if following else (END,)
        return self._parser.takes(made.type, *follow)

    def _reread(self, at: int) -> bool:
        """Read the word before as a keyword instead of a name, where this one can then stand."""
        now = self._state()
        last = now.values[-1] if now.values else None
        if not isinstance(last, Token) or last.type != "NAME":
            return False
        self._restore(self._before)
        allowed = self._parser.accepts()
        lexeme = self._lexemes[at - 1]
        meant = self._meant(at - 1, allowed)
        if meant is not None and self._feed(meant) and self._take(at):
            self._report(_wrong(lexeme, self._phrases(allowed), meant))
            return True
        self._restore(now)
        return False

    def _was_taken_for_a_name(self, at: int) -> bool:
        """Take back the word before where it begins a clause, and what misses stands before it.

        `where amount > award 5 points` reads as far as `award`, which names can be called.
        """
        values = self._parser.values
        last = values[-1] if values else None
        if not isinstance(last, Token) or last.type != "NAME":
            return False
        lexeme = self._lexemes[at - 1]
        name = self._ahead.leading(lexeme)
        if name is None:
            return False
        if name in self._ahead.statements and not (
            lexeme.starts_line or self._ahead.is_colon(at + 1)
        ):
            return False
        self._restore(self._before)
        return True

    def _was_no_reward(self) -> bool:
        """Take back the name before where it would begin a reward, such as in `award points`."""
        now = self._state()
        last = now.values[-1] if now.values else None
        if not isinstance(last, Token) or last.type != "NAME":
            return False
        self._restore(self._before)
        if starters(self._grammar, "reward") <= self._parser.accepts():
            return True
        self._restore(now)
        return False

    # --- passing over --------------------------------------------------------------------------

    def _pass_over(self, at: int) -> int | None:
        """Pass over lexemes up to one that something unfinished can go on with, and read it."""
        next_statement = self._ahead.is_unknown_statement(at)
        opened = 0
        statements = self._ahead.statements
        is_late = self._is_late_condition(self._lexemes[at])
        joints: set[str | None] = set() if is_late else set(JOINTS)
        for place in range(at, len(self._lexemes)):
            lexeme = self._lexemes[place]
            name = self._ahead.leading(lexeme)
            if name in statements and self._ahead.is_statement(place):
                if self._go_back(place, statements) or self._start_over(place, "document"):
                    self.resumed.add(lexeme.start)
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
            elif self._ahead.is_clause(place, name) and not (is_late and place == at):
                if self._go_back(place) or self._start_over(place, "remainder"):
                    self._read_since = 1
                    return place + 1
            elif name in joints:
                if self._go_back(place):
                    return place + 1
                # Nothing changed: the next one does not fit either.
                joints.discard(name)
        return None

    def _go_back(self, at: int, among: frozenset[str] = frozenset()) -> bool:
        """Leave what is unfinished, as little as possible, and read the lexeme there.

        All of `among` can stand there too.
        """
        now = self._state()
        actions = self._grammar.table.actions
        terminals = [name for name in possible(self._lexemes[at], self._grammar) if name != "NAME"]
        for height in range(len(now.states), 0, -1):
            choices = actions[now.states[height - 1]]
            if among <= choices.keys() and any(terminal in choices for terminal in terminals):
                self._restore(State(now.states[:height], now.values[: height - 1]))
                terminal = terminal_of(
                    self._lexemes[at], self._ahead.at(at + 1), self._parser, self._grammar
                )
                if terminal not in (None, "NAME") and self._take(at):
                    return True
        self._restore(now)
        return False

    def _start_over(self, at: int, start: str) -> bool:
        """Leave the statement and read a lexeme as the start of another, or of a rule's rest."""
        values = self._parser.values
        in_rule = any(isinstance(value, Token) and value.type == "ON" for value in values)
        if start == "remainder" and not in_rule:
            return False
        kept = self._parser
        self._parser = Machine(self._grammar.table, start)
        if self._take(at):
            self._collect(values)
            return True
        self._parser = kept
        return False

    def _is_late_condition(self, lexeme: Lexeme) -> bool:
        """True of a rule's `where`, or a word that is meant so, after its rewards have begun."""
        word = lexeme.text.lower()
        word = self._grammar.spoken.mistyped.get(word, word)
        is_where = "WHERE" in self._grammar.words.get(word, ())
        values = self._parser.values
        return is_where and any(
            isinstance(value, Token) and value.type == "AWARD" for value in values
        )


def _wrong(lexeme: Lexeme, expected: tuple[str, ...], meant: Token | None = None) -> Syntax:
    return Syntax(
        span=lexeme.span,
        found=lexeme.raw,
        expected=expected,
        suggestion=None if meant is None else meant.text,
    )
