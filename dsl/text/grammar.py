"""The table and the words of a spoken form, made once a process from the grammar files.

Lark makes the LALR table; dsl/text/machine.py reads by it. The words of a text are told apart by
the state it is in, so that a word is reserved only where it could stand. The table is kept in the
user's cache folder between starts; where that cannot be, it is made anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import importlib.resources
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.grammar import Rule
from lark.lexer import Lexer, PatternStr
from lark.parsers.lalr_analysis import Shift

from dsl.text.english import ENGLISH
from dsl.text.machine import END, Production, Table
from dsl.text.spoken import Spoken

# What can be parsed: a whole text, the text of one rule, what is left of a broken rule, an
# expression in a message.
# The others are parsed nowhere; their first states say what such a part can begin with.
STARTS = (
    *("document", "sentence", "remainder", "embedded"),
    *("condition", "constant", "reward", "trigger", "_clause", "_target", "window"),
)
# Raised where the kept form of a table changes.
_FORMAT = "3"
_OF_A_MODULE = re.compile(r"^.*__")


class _NoLexer(Lexer):
    """Gives no tokens: they are fed one by one, by who knows the state of the parser."""

    __future_interface__ = 2

    def __init__(self, _: object) -> None: ...

    def lex(self, *_: object) -> Iterator[Token]:
        """No tokens of its own."""
        return iter(())


@dataclass(frozen=True, eq=False)
class Grammar:
    """A spoken form ready to be parsed by.

    `words` gives the terminals that a reserved word can be, by the word in lower case, `spelled`
    the word of a terminal that has only one. `signs` are the same for punctuation. `patterns` are
    the regular expressions of the other terminals, in the order in which they are tried.
    `followers` are, by terminal, those that can stand right after it somewhere.
    """

    spoken: Spoken
    table: Table
    words: Mapping[str, tuple[str, ...]]
    signs: Mapping[str, str]
    spelled: Mapping[str, str]
    patterns: tuple[tuple[str, str], ...]
    followers: Mapping[str, frozenset[str]]


@functools.cache
def load(spoken: Spoken = ENGLISH) -> Grammar:
    """The grammar of a spoken form."""
    made = _made(spoken.grammar)
    exact: dict[str, str] = made["exact"]
    words: dict[str, set[str]] = {}
    for name, word in exact.items():
        if word.isalpha():
            words.setdefault(word, set()).add(name)
    for name, values in spoken.values.items():
        for word in values:
            words.setdefault(word, set()).add(name)
    table = Table(
        productions=tuple(Production(*production) for production in made["productions"]),
        actions=tuple(made["actions"]),
        gotos=tuple(made["gotos"]),
        starts=made["starts"],
    )
    return Grammar(
        spoken=spoken,
        table=table,
        words={word: tuple(sorted(names)) for word, names in words.items()},
        signs={sign: name for name, sign in exact.items() if not sign.isalpha()},
        spelled={name: word for name, word in exact.items() if word.isalpha()},
        patterns=tuple((name, pattern) for name, pattern in made["patterns"]),
        followers=_followers(table),
    )


def _followers(table: Table) -> dict[str, frozenset[str]]:
    followers: dict[str, set[str]] = {}
    for actions in table.actions:
        for terminal, action in actions.items():
            if action >= 0:
                followers.setdefault(terminal, set()).update(table.actions[action])
    return {terminal: frozenset(names) for terminal, names in followers.items()}


def _made(name: str) -> dict[str, Any]:
    """The table and the terminals of a grammar file, from the cache where they are there."""
    folder = importlib.resources.files("grammar")
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".lark"))
    content = hashlib.sha256()
    for part in (name, *STARTS, importlib.metadata.version("lark"), _FORMAT):
        content.update(part.encode() + b"\0")
    for file in files:
        content.update(folder.joinpath(file).read_bytes() + b"\0")
    kept = cache_folder()
    path = kept / f"{content.hexdigest()}.lalr" if kept else None
    table = _read(path) if path else None
    if table is None:
        table = json.dumps(_tabled(name)).encode()
        if path:
            _write(path, table)
    made: dict[str, Any] = json.loads(table)
    return made


def _tabled(name: str) -> dict[str, Any]:
    """What Lark makes of a grammar file; without conflicts, or it raises."""
    lark = Lark.open_from_package(
        "grammar",
        name,
        parser="lalr",
        lexer=_NoLexer,
        start=list(STARTS),
        strict=True,
        keep_all_tokens=True,
        maybe_placeholders=False,
    )
    exact: dict[str, str] = {}
    patterns: list[tuple[str, str]] = []
    for terminal in sorted(lark.terminals, key=lambda terminal: -terminal.priority):
        if isinstance(terminal.pattern, PatternStr):
            exact[str(terminal.name)] = re.sub(r"\\(.)", r"\1", terminal.pattern.value)
        else:
            patterns.append((str(terminal.name), terminal.pattern.to_regexp()))
    parsers = {start: lark.parse_interactive(start=start).parser_state for start in STARTS}
    states = parsers[STARTS[0]].parse_conf.parse_table.states
    productions: list[tuple[str, str, int, bool]] = []
    numbers: dict[Rule, int] = {}
    actions: list[dict[str, int]] = [{} for _ in states]
    gotos: list[dict[str, int]] = [{} for _ in states]
    for state, choices in states.items():
        for symbol, (action, target) in choices.items():
            if action is not Shift:
                if target not in numbers:
                    numbers[target] = len(productions)
                    productions.append(_production(target))
                actions[state][symbol] = ~numbers[target]
            elif symbol.isupper():
                actions[state][symbol] = target
            else:
                gotos[state][symbol] = target
    starts = {start: parser.position for start, parser in parsers.items()}
    for start, state in starts.items():
        ended = gotos[state][start]
        actions[ended][END] = ended
    return {
        "exact": exact,
        "patterns": patterns,
        "productions": productions,
        "actions": actions,
        "gotos": gotos,
        "starts": starts,
    }


def _production(rule: Rule) -> tuple[str, str, int, bool]:
    name = str(rule.origin.name)
    kind = str(rule.alias or ("" if name.startswith("_") else name))
    single = bool(rule.options.expand1) and not rule.alias
    return name, _OF_A_MODULE.sub("", kind), len(rule.expansion), single


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
