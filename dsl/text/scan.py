"""A text as lexemes: the words, literals and signs in it, each with its place.

Which of its possible meanings a word has is for the parser to say. Full-width punctuation means
its ASCII twin, without moving a place, except inside quotes. Source: docs/language.md, section 1.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from dsl.text.ast import Comment
from dsl.text.diagnostics import Diagnostic, Syntax, TooDeep, TooLong
from dsl.text.grammar import Grammar
from dsl.text.source import QUOTES, Span

MOST_BYTES = 64 * 1024
MOST_NESTING = 64

# The block of full-width ASCII, but for letters (names are exact) and quotes (texts have their own
# pattern), and the ideographic comma.
TWINS = {
    wide: chr(wide - 0xFEE0)
    for wide in range(0xFF01, 0xFF5F)
    if not chr(wide - 0xFEE0).isalpha() and wide not in (0xFF02, 0xFF3C, 0xFF3F, 0xFF40)
} | {ord("、"): ","}

# No text holds these: lone surrogates cannot be stored, control characters cannot be seen, and
# overrides of the writing direction make a text read differently from what it is.
FORBIDDEN = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+",
)
_SPACE = r"[\s\ufeff]*"
UNCLOSED = re.compile(f"[{QUOTES}`][^\r\n]*")
# Quotes of other languages, read as a text with a mistake.
OTHER_QUOTES = re.compile(r"'[^'\r\n]*'|‘[^’\r\n]*’|«[^»\r\n]*»")
# Signs that stand together are one mistake.
SIGNS = re.compile(r"[=<>!&|]+|[^\w\s]")


class Lexeme(NamedTuple):
    """A piece of a text. `terminal` is `NAME` for a word, whatever it means, empty for a mistake.

    `text` is as it is meant (full-width twins replaced), `raw` as it stands.
    """

    terminal: str
    text: str
    raw: str
    start: int
    end: int
    starts_line: bool

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)

    @property
    def is_word(self) -> bool:
        """True of what may be a keyword or a name."""
        return self.terminal == "NAME"

    @property
    def in_other_quotes(self) -> bool:
        """True of what would be a text if its quotes were others."""
        return not self.terminal and OTHER_QUOTES.fullmatch(self.raw) is not None

    @property
    def is_unclosed(self) -> bool:
        """True of a quote without its twin, and all that follows it on the line."""
        return not self.terminal and self.raw[0] in f"{QUOTES}`"


@dataclass(frozen=True, slots=True)
class Scan:
    """The lexemes of a text; empty where it is too long or nested too deep to be looked into."""

    lexemes: tuple[Lexeme, ...]
    comments: tuple[Comment, ...]
    diagnostics: tuple[Diagnostic, ...]


@functools.cache
def _master(grammar: Grammar) -> re.Pattern[str]:
    named = [f"(?P<{name}>{pattern})" for name, pattern in grammar.patterns]
    signs = sorted(grammar.signs, key=len, reverse=True)
    sign = f"(?P<SIGN>{'|'.join(map(re.escape, signs))})"
    return re.compile(f"{_SPACE}(?:{'|'.join([*named, sign, '(?P<OTHER>(?s:.))'])}|\\Z)")


def scan(text: str, grammar: Grammar) -> Scan:
    """The lexemes and comments of a text, and what cannot stand in any."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        span = Span(0, len(text))
        return Scan((), (), (TooLong(span=span, size=size, limit=MOST_BYTES),))
    forbidden = tuple(
        Syntax(span=Span(*found.span()), found=" ".join(f"U+{ord(c):04X}" for c in found[0][:8]))
        for found in FORBIDDEN.finditer(text)
    )
    if forbidden:
        return Scan((), (), forbidden)
    lexemes, comments = _split(text, grammar)
    deep = _too_deep(lexemes)
    return Scan((), comments, (deep,)) if deep else Scan(lexemes, comments, ())


def _split(text: str, grammar: Grammar) -> tuple[tuple[Lexeme, ...], tuple[Comment, ...]]:
    plain = text.translate(TWINS) if not text.isascii() else text
    match = _master(grammar).match
    lexemes: list[Lexeme] = []
    comments: list[Comment] = []
    end, starts_line = 0, True
    while (found := match(plain, end)) and (kind := found.lastgroup):
        at, after = found.span(kind)
        starts_line = starts_line or (at > end and "\n" in plain[end:at])
        end = after
        if kind == "COMMENT":
            comments.append(
                Comment(span=Span(at, end), text=text[at + 1 : end].strip(), own_line=starts_line)
            )
            continue
        if kind == "SIGN":
            kind = grammar.signs[found[kind]]
        elif kind in ("NAME", "CURRENCY"):
            # A currency is a word too; the parser knows where it can be one.
            kind, end = "NAME", _word_end(text, end)
        elif kind == "OTHER":
            wrong = (
                UNCLOSED.match(text, at) or OTHER_QUOTES.match(text, at) or SIGNS.match(plain, at)
            )
            kind, end = "", wrong.end() if wrong else at + 1
        elif kind == "COMPARATOR" and (longer := SIGNS.match(plain, at)) and longer.end() > end:
            kind, end = "", longer.end()
        raw = text[at:end]
        exact = kind in ("NAME", "STRING", "QUOTED_NAME")
        lexemes.append(Lexeme(kind, raw if exact else plain[at:end], raw, at, end, starts_line))
        starts_line = False
    return tuple(lexemes), tuple(comments)


def _word_end(text: str, end: int) -> int:
    """The end of a word with the marks that belong to its letters."""
    while end < len(text) and (
        text[end].isalnum()
        or text[end] == "_"
        or (text[end] > "\x7f" and unicodedata.category(text[end])[0] == "M")
    ):
        end += 1
    return end


def _too_deep(lexemes: tuple[Lexeme, ...]) -> TooDeep | None:
    depth = 0
    for lexeme in lexemes:
        if lexeme.terminal == "LPAR":
            depth += 1
            if depth > MOST_NESTING:
                return TooDeep(span=lexeme.span, limit=MOST_NESTING)
        elif lexeme.terminal == "RPAR":
            depth = max(0, depth - 1)
    return None
