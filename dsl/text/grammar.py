"""The parser of a spoken form, made once a process from the grammar files.

Lark makes the LALR table. The words of a text are told apart by the state it is in, so that a word
is reserved only where it could stand; that is done in dsl/text/parse.py, with the words from here.
The table is kept in the user's cache folder between starts; where that cannot be, it is made anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.resources
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark import __version__ as lark_version
from lark.common import LexerConf
from lark.lexer import Lexer, LexerState, PatternStr

from dsl.text.english import ENGLISH
from dsl.text.spoken import Spoken

# What can be parsed: a whole text, the text of one rule, what is left of a broken rule.
# A condition alone is none of them: its first state says what an expression can begin with.
STARTS = ("document", "sentence", "remainder", "condition")


class NoLexer(Lexer):
    """Gives no tokens: they are fed one by one, by who knows the state of the parser."""

    __future_interface__ = 2

    def __init__(self, lexer_conf: LexerConf) -> None:
        self.lexer_conf = lexer_conf

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:  # noqa: ANN401, ARG002 - Lark's interface
        """No tokens of its own."""
        return iter(())


@dataclass(frozen=True, eq=False)
class Grammar:
    """A spoken form ready to be parsed by.

    `words` gives the terminals that a reserved word can be, by the word in lower case, `spelled`
    the word of a terminal that has only one. `signs` are the same for punctuation. `patterns` are
    the regular expressions of the other terminals, in the order in which they are tried.
    """

    spoken: Spoken
    lark: Lark
    words: Mapping[str, frozenset[str]]
    signs: Mapping[str, str]
    spelled: Mapping[str, str]
    patterns: tuple[tuple[str, str], ...]


@functools.cache
def load(spoken: Spoken = ENGLISH) -> Grammar:
    """The grammar of a spoken form."""
    lark = _parser(spoken.grammar)
    exact: dict[str, str] = {}
    patterns: list[tuple[str, str]] = []
    for terminal in sorted(lark.terminals, key=lambda terminal: -terminal.priority):
        if isinstance(terminal.pattern, PatternStr):
            exact[str(terminal.name)] = re.sub(r"\\(.)", r"\1", terminal.pattern.value)
        else:
            patterns.append((str(terminal.name), terminal.pattern.to_regexp()))
    words: dict[str, set[str]] = {}
    for name, word in exact.items():
        if word.isalpha():
            words.setdefault(word, set()).add(name)
    for name, table in spoken.values.items():
        for word in table:
            words.setdefault(word, set()).add(name)
    return Grammar(
        spoken=spoken,
        lark=lark,
        words={word: frozenset(names) for word, names in words.items()},
        signs={sign: name for name, sign in exact.items() if not sign.isalpha()},
        spelled={name: word for name, word in exact.items() if word.isalpha()},
        patterns=tuple(patterns),
    )


def _parser(name: str) -> Lark:
    """The parser of a grammar file, from the cache where it is there and whole."""
    folder = importlib.resources.files("grammar")
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".lark"))
    content = hashlib.sha256()
    for part in (name, *STARTS, lark_version, sys.version, NoLexer.__module__):
        content.update(part.encode() + b"\0")
    for file in files:
        content.update(folder.joinpath(file).read_bytes() + b"\0")
    kept = cache_folder()
    path = kept / f"{content.hexdigest()}.lalr" if kept else None
    table = _read(path) if path else None
    if table is not None:
        return Lark.load(io.BytesIO(table))
    lark = Lark.open_from_package(
        "grammar",
        name,
        parser="lalr",
        lexer=NoLexer,
        start=list(STARTS),
        strict=True,
        keep_all_tokens=True,
        propagate_positions=True,
        maybe_placeholders=False,
    )
    if path:
        buffer = io.BytesIO()
        lark.save(buffer)
        _write(path, buffer.getvalue())
    return lark


def cache_folder() -> Path | None:
    """The user's own cache folder for this program; None where there is no such place."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "tallystick"
    try:
        return Path.home() / ".cache" / "tallystick"
    except RuntimeError:
        return None


def _read(path: Path) -> bytes | None:
    """What was written, or None where it is not there, not whole or another user's."""
    try:
        if os.name == "posix" and path.stat().st_uid != os.getuid():
            return None
        kept = path.read_bytes()
    except OSError:
        return None
    digest, table = kept[:32], kept[32:]
    return table if hashlib.sha256(table).digest() == digest else None


def _write(path: Path, table: bytes) -> None:
    """Put the table there at once or not at all; a full disk or a read-only home is no error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(table).digest() + table)
        Path(file.name).replace(path)
