"""The parser's machine: what it takes, what it leaves as it was."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.text.grammar import load
from dsl.text.machine import END, Machine, Node, Several, Token
from dsl.text.scan import scan
from dsl.text.terminals import terminal_of

TEXT = (
    'program "C" currency CNY tier gold: 5 spent ever or 3 purchases where (a = 1) ever, keep 1 '
    "month on purchase where not (a + 1 > max(2, b)) and c in (1, 2) award 5 points to gold, "
    "10% discount of items (a = 1) limit 5 points per customer"
)


def fed(text: str) -> Iterator[tuple[Machine, Token]]:
    """A machine before each token of a text, and that token."""
    grammar = load()
    parser = Machine(grammar.table, "document")
    lexemes = scan(text, grammar).lexemes
    for at, lexeme in enumerate(lexemes):
        following = lexemes[at + 1] if at + 1 < len(lexemes) else None
        terminal = terminal_of(lexeme, following, parser, grammar)
        assert terminal is not None
        token = Token(terminal, lexeme.text, lexeme.start, lexeme.end)
        yield parser, token
        assert parser.feed(token)


def test_what_it_accepts_is_what_it_takes_and_can_be_fed() -> None:
    for parser, token in fed(TEXT):
        accepted = parser.accepts()
        assert token.type in accepted
        for terminal in parser.choices:
            takes = parser.takes(terminal)
            assert takes == (terminal in accepted)
            assert parser.copy().feed(Token(terminal, "", 0, 0)) == takes


def test_it_knows_what_can_follow() -> None:
    last: tuple[Machine, Token] | None = None
    for parser, token in fed(TEXT):
        if last is not None:
            assert last[0].takes(last[1].type, token.type)
            assert not last[0].takes(last[1].type, "no such terminal")
        last = parser.copy(), token


def test_a_copy_goes_on_by_itself() -> None:
    copies = [(parser.copy(), token) for parser, token in fed(TEXT)]
    end = len(TEXT)
    finished = 0
    for parser, token in copies:
        if parser.takes(END):
            before = [_shown(value) for value in parser.values]
            other = parser.copy()
            assert other.feed(Token(END, "", end, end))
            assert [_shown(value) for value in parser.values] == before
            finished += 1
        assert parser.feed(token)
    assert finished > 1


def _shown(value: Node | Token | Several) -> tuple[object, ...]:
    match value:
        case Several():
            return tuple(_shown(part) for part in value.items[: value.count])
        case Node():
            return (value.kind, *(_shown(part) for part in value.children))
        case _:
            return value
