"""A place in a text that is being written: what came before, and what the grammar takes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.text.grammar import load
from dsl.text.machine import Machine, Token
from dsl.text.scan import scan
from dsl.text.source import Span
from dsl.text.terminals import terminal_of

if TYPE_CHECKING:
    from dsl.text.grammar import Grammar
    from dsl.text.scan import Lexeme

Clause = Literal[
    "",
    "trigger",
    "condition",
    "reward",
    "base",
    "audience",
    "limit",
    "budget",
    "holder",
    "tier",
    "timezone",
    "currency",
]
# The words that say what names after them are.
_CLAUSES: dict[str, Clause] = {
    "on": "trigger",
    "where": "condition",
    "award": "reward",
    "to": "audience",
    "limit": "limit",
    "budget": "budget",
    "timezone": "timezone",
    "currency": "currency",
    "tier": "tier",
    "rule": "",
    "event": "",
    "program": "",
    "from": "",
    "through": "",
    "until": "",
    "because": "",
    "prorated": "reward",
}
_ITEM_WORDS = ("item", "items")


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a place.

    `accepted` are the terminals that can stand there, `clause` what the names there are. `events`
    are the names in the rule's trigger, `left` the path on the other side of a comparison.
    `in_item` is true inside an item condition, `distinct` where a line's attribute alone is asked
    for, `in_text` inside quotes. `span` is what has been typed of the word there.
    """

    span: Span
    accepted: frozenset[str]
    clause: Clause
    events: tuple[str, ...]
    left: tuple[str, ...]
    in_item: bool
    distinct: bool
    in_text: bool


def find_place(text: str, offset: int, *, rule: bool) -> Place | None:
    """The place at an offset; None inside a comment, or where nothing can be said."""
    grammar = load()
    before = scan(text[:offset], grammar)
    if before.diagnostics or (before.comments and before.comments[-1].span.end == offset):
        return None
    lexemes = list(before.lexemes)
    start, end, in_text = _typed(text, offset, lexemes)
    read, accepted = _read(lexemes, grammar, "sentence" if rule else "document")
    return Place(
        span=Span(start, end),
        accepted=accepted,
        clause=_clause(read),
        events=_events(read),
        left=_left(read),
        in_item=_in_item(read),
        distinct=_word(read, -1) == "distinct",
        in_text=in_text,
    )


def _typed(text: str, offset: int, lexemes: list[Lexeme]) -> tuple[int, int, bool]:
    """Take what has been typed of the word at the offset away; its place, and if it is a text."""
    start = end = offset
    last = lexemes[-1] if lexemes else None
    if last is None or last.span.end != offset:
        return start, end, False
    if last.is_unclosed:
        lexemes.pop()
        closes = text[offset : offset + 1] in ('"', "”")
        return last.span.start, offset + closes, True
    if not (last.is_word or last.text == "."):
        return start, end, False
    # A path is completed as a whole.
    while (
        lexemes
        and lexemes[-1].span.end == start
        and (lexemes[-1].is_word or lexemes[-1].text == ".")
    ):
        start = lexemes.pop().span.start
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return start, end, False


Read = list[tuple[str, "Lexeme"]]


def _read(lexemes: list[Lexeme], grammar: Grammar, start: str) -> tuple[Read, frozenset[str]]:
    """The lexemes of the unfinished statement as terminals, and what can stand after them."""
    parser = Machine(grammar.table, start)
    read: Read = []
    for at, lexeme in enumerate(lexemes):
        following = lexemes[at + 1] if at + 1 < len(lexemes) else None
        fed = _feed(parser, lexeme, following, grammar)
        if fed is None:
            # Go on at the next word with which a statement or the rest of a rule can begin.
            for begin in ("remainder", "document"):
                fresh = Machine(grammar.table, begin)
                fed = _feed(fresh, lexeme, following, grammar) if lexeme.is_word else None
                if fed is not None and fed != "NAME":
                    parser = fresh
                    break
                fed = None
        read.append((fed or "", lexeme))
    return read, parser.accepts()


def _feed(
    parser: Machine, lexeme: Lexeme, following: Lexeme | None, grammar: Grammar
) -> str | None:
    """Feed a lexeme as what it is there, a keyword before a name; None where it cannot stand."""
    terminal = terminal_of(lexeme, following, parser, grammar, unfinished=True)
    if terminal is None or parser.after(terminal) is None:
        return None
    parser.feed(Token(terminal, lexeme.text, lexeme.start, lexeme.end))
    return terminal


def _word(read: Read, at: int) -> str:
    """The keyword at an index, empty where there is a name or nothing."""
    if not -len(read) <= at < len(read):
        return ""
    terminal, lexeme = read[at]
    return lexeme.text.lower() if lexeme.is_word and terminal not in ("", "NAME") else ""


def _clause(read: Read) -> Clause:
    """What the names at the end of what was read are."""
    clause: Clause = ""
    depth = 0
    for at, (terminal, _) in enumerate(read):
        word, last = _word(read, at), _word(read, at - 1) if at else ""
        if terminal in ("LPAR", "RPAR"):
            depth += 1 if terminal == "LPAR" else -1
            if clause in ("reward", "base") and terminal == "LPAR":
                clause = "condition"
            elif clause == "condition" and depth == 0 and _in_reward(read, at):
                clause = "reward"
        elif word == "of" and last == "attributes":
            clause = "holder"
        elif word == "of" and clause == "reward":
            clause = "base"
        elif terminal == "COMMA" and depth == 0 and _in_reward(read, at):
            clause = "reward"
        elif terminal == "COLON" and clause == "holder":
            clause = ""
        elif depth == 0 or word in ("on", "award"):
            clause = _CLAUSES.get(word, clause)
            depth = 0 if word in _CLAUSES else depth
    return clause


def _in_reward(read: Read, at: int) -> bool:
    """True where the last clause word before is `award` or what belongs to rewards."""
    for earlier in range(at - 1, -1, -1):
        word = _word(read, earlier)
        if word == "award":
            return True
        if word in ("on", "where", "limit", "budget", "rule"):
            return False
    return False


def _events(read: Read) -> tuple[str, ...]:
    """The names in the trigger of the rule that is being written."""
    events: list[str] = []
    inside = False
    for at, (terminal, lexeme) in enumerate(read):
        word = _word(read, at)
        if word == "on":
            events, inside = [], True
        elif inside and terminal == "NAME":
            events.append(lexeme.text.strip("`"))
        elif word != "or":
            inside = False
    return tuple(events)


def _opened(read: Read) -> list[int]:
    """The indexes of the parentheses that are open at the end."""
    opened: list[int] = []
    for at, (terminal, _) in enumerate(read):
        if terminal == "LPAR":
            opened.append(at)
        elif terminal == "RPAR" and opened:
            opened.pop()
    return opened


def _in_item(read: Read) -> bool:
    if _word(read, -1) == "distinct":
        return True
    return any(_word(read, at - 1) in _ITEM_WORDS for at in _opened(read) if at)


def _left(read: Read) -> tuple[str, ...]:
    """The path a value at the end would be held against, empty where there is none."""
    at = len(read) - 1
    opened = _opened(read)
    if (at >= 0 and read[at][0] == "COMPARATOR") or _word(read, at) == "between":
        at -= 1
    elif opened and _word(read, opened[-1] - 1) == "in":
        at = opened[-1] - 2
        at -= _word(read, at) == "not"
    elif not (at >= 0 and read[at][0] in ("NAME", "QUOTED_NAME")):
        return ()
    path: list[str] = []
    while at >= 0 and read[at][1].is_word:
        path.insert(0, read[at][1].text)
        if at < 2 or read[at - 1][0] != "DOT":  # noqa: PLR2004 - a dot and a word before it
            break
        at -= 2
    return tuple(path)
