"""A place in a text that is being written: what came before, and what the grammar takes there.

The state of the parser says what can stand there, and what a name there would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from dsl.text.grammar import load
from dsl.text.machine import Machine, Token
from dsl.text.scan import scan
from dsl.text.source import Span
from dsl.text.terminals import terminal_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from dsl.text.grammar import Grammar
    from dsl.text.scan import Lexeme

# What a name at the place is.
Clause = Literal[
    "",
    "event",
    "condition",
    "base",
    "audience",
    "unit",
    "limit",
    "holder",
    "tier",
    "segment",
    "list",
    "role",
    "same",
    "figure",
    "distinct",
    "attribute",
    "occasion",
    "currency",
]
# What can begin with a number at the place.
Starts = Literal["", "reward", "limit", "budget", "tier", "trigger"]
# What a name is by the word before it, where nothing but a name can stand.
_AFTER: dict[str, Clause] = {
    "tier": "tier",
    "to": "tier",
    "segment": "segment",
    "list": "list",
}
# What a path is by the word before it, where no other value can stand.
_PATHS: dict[str, Clause] = {
    "to": "audience",
    "or": "audience",
    "not": "audience",
    "as": "role",
    "same": "same",
    "total": "figure",
    "average": "figure",
    "largest": "figure",
    "smallest": "figure",
    "distinct": "distinct",
    "per": "attribute",
    "by": "condition",
    "of": "condition",
    "before": "occasion",
    "after": "occasion",
}
_ITEM_WORDS = ("item", "items")
# What stands before the events of a rule or guard.
_TRIGGERS = ("on", "or", "hold", "reject", "flag")


class Word(NamedTuple):
    """A lexeme as it was read: its terminal, empty where it could not stand, and its role.

    `role` is `past` for the event of a form of history, `event` for another.
    """

    terminal: str
    lexeme: Lexeme
    role: Literal["", "event", "past"]


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a place.

    `accepted` are the terminals that can stand there, `clause` says what a name there is, `words`
    are the keywords before it, the last one last. `events` are the names in the trigger of the
    rule, `past` is the past event inside a condition on it, `counted` the past event named last,
    `left` the path on the other side of a comparison. `in_item` is true inside an item condition,
    `in_text` inside quotes. `starts` says what can begin with a number there, `span` what has been
    typed.
    """

    span: Span
    accepted: frozenset[str]
    clause: Clause
    words: tuple[str, ...]
    events: tuple[str, ...]
    past: str
    counted: str
    left: tuple[str, ...]
    in_item: bool
    in_text: bool
    starts: Starts


def find_place(text: str, offset: int, *, rule: bool) -> Place | None:
    """The place at an offset; None inside a comment, or where nothing can be said."""
    grammar = load()
    before = scan(text[:offset], grammar)
    if before.diagnostics or (before.comments and before.comments[-1].span.end == offset):
        return None
    lexemes = list(before.lexemes)
    start, end, in_text = _typed(text, offset, lexemes)
    read, parser = _read(lexemes, grammar, "sentence" if rule else "document")
    expected = parser.table.gotos[parser.states[-1]].keys()
    return Place(
        span=Span(start, end),
        accepted=parser.accepts(),
        clause=_clause(expected, read),
        words=tuple(filter(None, (_word(read, at) for at in range(-3, 0)))),
        events=_events(read),
        past=_past(read),
        counted=next((w.lexeme.text.strip("`") for w in reversed(read) if w.role == "past"), ""),
        left=_left(read),
        in_item=_in_item(read),
        in_text=in_text,
        starts=_starts(expected, read),
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


Read = list[Word]


def _read(lexemes: list[Lexeme], grammar: Grammar, start: str) -> tuple[Read, Machine]:
    """The lexemes of the unfinished statement as they were read, and the parser after them."""
    parser = Machine(grammar.table, start)
    read: Read = []
    for at, lexeme in enumerate(lexemes):
        following = lexemes[at + 1] if at + 1 < len(lexemes) else None
        expected = parser.table.gotos[parser.states[-1]]
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
        role: Literal["", "event", "past"] = ""
        if fed in ("NAME", "QUOTED_NAME") and "event_name" in expected:
            is_trigger = "trigger" in expected or _word(read, -1) in _TRIGGERS
            role = "event" if is_trigger else "past"
        read.append(Word(fed or "", lexeme, role))
    return read, parser


def _feed(
    parser: Machine, lexeme: Lexeme, following: Lexeme | None, grammar: Grammar
) -> str | None:
    """Feed a lexeme as what it is there, a keyword before a name; None where it cannot stand."""
    terminal = terminal_of(lexeme, following, parser, grammar, unfinished=True)
    if terminal is None or not parser.takes(terminal):
        return None
    parser.feed(Token(terminal, lexeme.text, lexeme.start, lexeme.end))
    return terminal


def _word(read: Read, at: int) -> str:
    """The keyword at an index, empty where there is a name or nothing."""
    if not -len(read) <= at < len(read):
        return ""
    terminal, lexeme, _ = read[at]
    return lexeme.text.lower() if lexeme.is_word and terminal not in ("", "NAME") else ""


def _clause(expected: Collection[str], read: Read) -> Clause:
    """What a name at the end of what was read is, by what the parser expects there."""
    last, before = _word(read, -1), _word(read, -2)
    if "holder" in expected:
        return "holder"
    if "atom" in expected:
        return "base" if last == "of" and before != "total" else "condition"
    if "event_name" in expected:
        return "event" if before or last != "event" else ""
    if "unit" in expected:
        return "limit" if before in ("limit", "budget") else "unit" if last != "unit" else ""
    if "path" in expected:
        return _PATHS.get(last, "")
    if "name" in expected:
        # What begins a statement is followed by a new name.
        is_new = last != "to" and before in ("", "rule") and not _comma(read)
        return "" if is_new else _AFTER.get(last, "")
    return "currency" if last == "currency" else ""


def _comma(read: Read) -> bool:
    """True where the last word follows a comma, as a reward does."""
    return len(read) > 1 and read[-2].terminal == "COMMA"


def _starts(expected: Collection[str], read: Read) -> Starts:
    """What can begin with a number there."""
    if "_form" in expected or "reward" in expected:
        return "reward"
    if "_tier_item" in expected:
        return "tier"
    if "trigger" in expected:
        return "trigger"
    last = _word(read, -1)
    return "limit" if last == "limit" else "budget" if last == "budget" else ""


def _events(read: Read) -> tuple[str, ...]:
    """The names in the trigger of the rule that is being written."""
    events: list[str] = []
    for at, word in enumerate(read):
        if _word(read, at) in ("on", "hold", "reject", "flag"):
            events = []
        elif _word(read, at) == "reward" and not _word(read, at - 1):
            events = ["redeem"]
        elif word.role == "event" or (not events and _is_mistyped(read, at)):
            events.append(word.lexeme.text.strip("`"))
    return tuple(events)


def _is_mistyped(read: Read, at: int) -> bool:
    """True of a name after `on` that could not be read."""
    return at > 0 and _word(read, at - 1) == "on" and read[at].lexeme.is_word


def _past(read: Read) -> str:
    """The past event inside a condition on it."""
    for at in _opened(read):
        if _word(read, at - 1) != "where":
            continue
        earlier = next((word for word in reversed(read[: at - 1]) if word.role), None)
        if earlier is not None and earlier.role == "past":
            return earlier.lexeme.text.strip("`")
    return ""


def _opened(read: Read) -> list[int]:
    """The indexes of the parentheses that are open at the end."""
    opened: list[int] = []
    for at, (terminal, _, _) in enumerate(read):
        if terminal == "LPAR":
            opened.append(at)
        elif terminal == "RPAR" and opened:
            opened.pop()
    return opened


def _in_item(read: Read) -> bool:
    return any(_word(read, at - 1) in _ITEM_WORDS for at in _opened(read) if at)


def _left(read: Read) -> tuple[str, ...]:
    """The path a value at the end would be held against, empty where there is none."""
    at = len(read) - 1
    opened = _opened(read)
    if (at >= 0 and read[at].terminal == "COMPARATOR") or _word(read, at) == "between":
        at -= 1
    elif opened and _word(read, opened[-1] - 1) == "in":
        at = opened[-1] - 2
        at -= _word(read, at) == "not"
    elif not (at >= 0 and read[at].terminal in ("NAME", "QUOTED_NAME")):
        return ()
    path: list[str] = []
    while at >= 0 and read[at].lexeme.is_word:
        path.insert(0, read[at].lexeme.text)
        if at < 2 or read[at - 1].terminal != "DOT":  # noqa: PLR2004 - a dot and a word before it
            break
        at -= 2
    return tuple(path)
