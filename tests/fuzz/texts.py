"""Texts that nobody should write: programs of the cases with their tokens disturbed, and noise."""
# ruff: noqa: RUF001 - letters that look alike are what is wanted

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import dsl
from app.services.cases import case_files, read_cases

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "tests" / "cases", ROOT / "rules_library")
# Of texts no larger than this, time is asked.
MOST_BYTES = 2048

TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`\n]*`|#[^\n]*|\w+|\s+|[^\w\s]')
SIGNS = ("(", ")", ",", ":", "+", "-", "*", "/", "=", "!=", "<", "<=", ">", ">=", ".", "%", "x")
LITERALS = (
    *("0", "1", "200", "19.90", "5%", "2x", "2.5x", "10 CNY", "30 days", "2026-11-11", "14:00"),
    *("2026-11-11 20:00", '"text"', "true", "monday", "march", "5th", "first", "`name`", "amount"),
)
# Python's own names, braces, what cannot be seen or stored, what looks like something else, and
# what is too much.
HOSTILE = (
    *("__class__", "customer.__class__.__mro__", "__import__('os')", "lambda: 0", "eval", "None"),
    *("{0}", "{amount.__class__}", "%s", "%(a)s", '"{0.__class__}"', 'message "{{{points}}}"'),
    *("\ud800", "\udfff", "\x00", "\x1b[31m", "\u202e", "\u200f", "\u2066", "\u2028", "\ufeff"),
    *("\u200b", "e\u0301", "ﬁ", "ａｍｏｕｎｔ", "аmount", "pоints", "purсhase", "ǅ", "İ", "ſ", "ı"),
    *("，", "：", "（", "）", "“", "”", "＞", "＝", "％", "、", "。", "金额", "𝒂", "🎁", "٣", "²"),
    *("1" + "0" * 400, "10^400", "1e400", "9" * 19, "0." + "0" * 13 + "1", "1.", ".5", "0x10"),
    *("2026-02-30", "9999-12-31", "0000-00-00", "25:61", "2026-1-5", "99999999999 years"),
    *('"', "`", "\\", '"\\x"', '"\\', "#", "'", "$", ";", "--", "==", "=>", "&&", "<script>"),
    *("(" * 80, ")" * 80, "not " * 80, "-" * 80, "1 + " * 80, "any item (" * 30, "a." * 80),
    *("or " * 40, "x" * 300, "_" * 300, "\n" * 50, "\t", "\r", "\v", " "),
)


@cache
def corpus() -> tuple[str, ...]:
    """Every program text of the cases and of the library, each once."""
    texts = {
        version.text: None
        for file in case_files(FOLDERS)
        for case in read_cases(file)
        for version in case.versions
    }
    texts |= {path.read_text(encoding="utf-8"): None for path in sorted(FOLDERS[1].glob("*.rules"))}
    return tuple(texts)


@cache
def keywords() -> tuple[str, ...]:
    """The words of the language."""
    return tuple(sorted(dsl.keywords()))


def _token(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(keywords())
    if kind < 0.6:
        return chance.choice(LITERALS)
    return chance.choice(SIGNS) if kind < 0.75 else chance.choice(HOSTILE)


# --- one disturbance each, of a list of tokens ----------------------------------------------------


def _delete(tokens: list[str], chance: random.Random) -> None:
    start = chance.randrange(len(tokens))
    del tokens[start : start + chance.choice((1, 1, 2, 5))]


def _duplicate(tokens: list[str], chance: random.Random) -> None:
    start = chance.randrange(len(tokens))
    tokens[start:start] = tokens[start : start + chance.choice((1, 2, 8, 20))]


def _swap(tokens: list[str], chance: random.Random) -> None:
    one, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]


def _insert(tokens: list[str], chance: random.Random) -> None:
    tokens.insert(chance.randrange(len(tokens) + 1), f" {_token(chance)} ")


def _replace(tokens: list[str], chance: random.Random) -> None:
    tokens[chance.randrange(len(tokens))] = _token(chance)


def _splice(tokens: list[str], chance: random.Random) -> None:
    others = TOKEN.findall(chance.choice(corpus()))
    start = chance.randrange(len(others))
    at = chance.randrange(len(tokens) + 1)
    tokens[at:at] = others[start : start + 12]


def _split(tokens: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(tokens))
    word = tokens[at]
    inside = chance.randrange(len(word) + 1)
    tokens[at] = word[:inside] + chance.choice(HOSTILE)[:3] + word[inside:]


def _truncate(tokens: list[str], chance: random.Random) -> None:
    del tokens[chance.randrange(len(tokens)) :]


CHANGES: tuple[Callable[[list[str], random.Random], None], ...] = (
    _delete,
    _duplicate,
    _swap,
    _insert,
    _replace,
    _splice,
    _split,
    _truncate,
)


def mutated(chance: random.Random) -> str:
    """A program of the corpus, at most some 2 KB of it, with a few of its tokens disturbed."""
    tokens = TOKEN.findall(chance.choice(corpus()))
    if len(tokens) > 300:
        start = chance.randrange(len(tokens) - 300)
        tokens = tokens[start : start + 300]
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if tokens:
            chance.choice(CHANGES)(tokens, chance)
    return "".join(tokens)


def noise(chance: random.Random) -> str:
    """Words of the language without a sentence, or any characters at all."""
    if chance.random() < 0.7:
        glue = chance.choice((" ", " ", " ", "", "\n"))
        return glue.join(_token(chance) for _ in range(chance.choice((3, 10, 30, 80))))
    highest = chance.choice((0x7F, 0x7F, 0x2FF, 0xFFFF, 0x10FFFF))
    return "".join(chr(chance.randint(0, highest)) for _ in range(chance.choice((5, 40, 200))))


# --- the least that still fails -------------------------------------------------------------------


def shrunk(text: str, fails: Callable[[str], bool]) -> str:
    """A text of fewer tokens that fails as well: none of them can be left out alone."""
    tokens = TOKEN.findall(text)
    size = max(1, len(tokens) // 2)
    while True:
        for start in range(0, len(tokens), size):
            left = tokens[:start] + tokens[start + size :]
            if fails("".join(left)):
                tokens = left
                break
        else:
            if size == 1:
                return "".join(tokens)
            size //= 2
