"""A text as lexemes: the words, literals and signs in it, each with its place.

Which of its possible meanings a word has is for the parser to say. Full-width punctuation means
its ASCII twin, without moving a place, except inside quotes. Source: docs/language.md, section 1.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

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
SPACE = re.compile(r"[\s\ufeff]+")
UNCLOSED = re.compile(f"[{QUOTES}`][^\r\n]*")
# Quotes of other languages, read as a text with a mistake.
OTHER_QUOTES = re.compile(r"'[^'\r\n]*'|‘[^’\r\n]*’|«[^»\r\n]*»")
# Signs that stand together are one mistake.
SIGNS = re.compile(r"[=<>!&|]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a text. `terminal` is empty for a word, which may be several, and for a mistake.

    `text` is as it is meant (full-width twins replaced), `raw` as it stands.
    """

    terminal: str
    text: str
    raw: str
    span: Span
    starts_line: bool

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
    return re.compile("|".join([*named, f"(?P<SIGN>{'|'.join(map(re.escape, signs))})"]))


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
    plain = text.translate(TWINS)
    master = _master(grammar)
    lexemes: list[Lexeme] = []
    comments: list[Comment] = []
    at, starts_line = 0, True
    while at < len(text):
        if space := SPACE.match(plain, at):
            starts_line = starts_line or "\n" in space[0]
            at = space.end()
            continue
        found = master.match(plain, at)
        kind, end = (found.lastgroup or "", found.end()) if found else ("", at)
        if kind == "COMMENT":
            comments.append(
                Comment(span=Span(at, end), text=text[at + 1 : end].strip(), own_line=starts_line)
            )
            at = end
            continue
        if not found:
            wrong = (
                UNCLOSED.match(text, at) or OTHER_QUOTES.match(text, at) or SIGNS.match(plain, at)
            )
            end = wrong.end() if wrong else at + 1
        elif kind == "SIGN":
            kind = grammar.signs[found[0]]
        elif kind == "COMPARATOR" and (longer := SIGNS.match(plain, at)) and longer.end() > end:
            kind, end = "", longer.end()
        elif kind in ("NAME", "CURRENCY"):
            # A currency is a word too; the parser knows where it can be one.
            kind, end = "NAME", _word_end(text, end)
        exact = kind in ("NAME", "STRING", "QUOTED_NAME")
        span = Span(at, end)
        lexemes.append(
            Lexeme(
                terminal=kind,
                text=text[at:end] if exact else plain[at:end],
                raw=text[at:end],
                span=span,
                starts_line=starts_line,
            )
        )
        at, starts_line = end, False
    return tuple(lexemes), tuple(comments)


def _word_end(text: str, end: int) -> int:
    """The end of a word with the marks that belong to its letters."""
    while end < len(text) and (
        text[end].isalnum() or text[end] == "_" or unicodedata.category(text[end])[0] == "M"
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
