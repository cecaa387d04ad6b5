"""An event as the catalogue understands it: values typed, exact and in range.

This is the one reader of events: HTTP, files and cases all come through `read_event`.
Source: docs/language.md, section 2.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dsl.meaning.catalogue import ESSENTIALS
from dsl.meaning.event import LINE_TOTAL_END, MOST_LINES, Event, Item, line_amount
from dsl.meaning.faultless import read_faultless
from dsl.meaning.types import LINES, Kind, Type, lines_of
from dsl.meaning.values import READERS, Value, Wrong, read_at, read_id, read_time
from dsl.meaning.wording import messages
from dsl.text.nearest import nearest

if TYPE_CHECKING:
    from dsl.meaning.checked import Program
    from dsl.meaning.types import AttributeInfo

__all__ = [
    "Event",
    "FieldProblem",
    "Item",
    "Value",
    "canonical_content",
    "content_hash",
    "read_event",
    "read_recorded",
    "read_time",
    "render_field",
]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field of an event: its path (`items[2].price`), a code, arguments.

    The path is empty where the event as a whole is wrong.
    """

    field: str
    code: str
    arguments: Mapping[str, str]


def read_event(
    raw: object, program: Program, *, left_out: list[FieldProblem] | None = None
) -> Event | tuple[FieldProblem, ...]:
    """The event of a mapping as JSON has it, or all that is wrong with it.

    Numbers are int, Decimal or decimal text, never float; times are ISO 8601 with an offset. A
    null is an absent value. Where `left_out` is given,
    attributes that cannot be read are left out and told there; without id, type, at and customer
    there is no event either way.
    """
    if type(raw) is dict:
        event = read_faultless(raw, program)
        if event is not None:
            return event
    if not isinstance(raw, Mapping):
        return (FieldProblem("", "not-an-object", {}),)
    reader = _Reader(program)
    event = reader.event(raw)
    if left_out is not None:
        left_out += reader.optional
    elif reader.optional:
        return (*reader.essential, *reader.optional)
    return tuple(reader.essential) if event is None else event


def read_recorded(raw: Mapping[str, Any], program: Program) -> Event:
    """An event that was read before, as a program understands it now; what it does not is left out.

    Raises ValueError where it is no content that `canonical_content` wrote.
    """
    reader = _Reader(program)
    event = reader.event(raw, recorded=True)
    if event is None:
        raise ValueError(f"not a recorded event: {reader.essential}")
    return event


class _Reader:
    """Reads one event; what is wrong is kept, never raised."""

    __slots__ = ("essential", "optional", "program")

    def __init__(self, program: Program) -> None:
        self.program = program
        self.essential: list[FieldProblem] = []
        self.optional: list[FieldProblem] = []

    def event(self, raw: Mapping[str, Any], *, recorded: bool = False) -> Event | None:
        """The event, or None where an essential of it is missing or wrong."""
        id_ = self._essential(raw, "id", read_id)
        type_ = self._essential(raw, "type", READERS[Kind.TEXT])
        at = self._essential(raw, "at", read_at)
        customer = self._essential(raw, "customer", read_id)
        known = self.program.events.get(type_) if isinstance(type_, str) else None
        if known is None and isinstance(type_, str) and not recorded:
            near = nearest(type_, self.program.events)
            wrong = Wrong("unknown-event", {"found": type_, **_near(near)})
            self.essential.append(FieldProblem("type", wrong.code, wrong.arguments))
        attributes: dict[str, Value] = {}
        lists: dict[str, tuple[Item, ...]] = {}
        infos = known.attributes if known else {}
        for name, value in raw.items() if known else ():
            if value is None or name in ESSENTIALS:
                continue
            info = infos.get(name)
            if info is None:
                self._unknown(str(name), str(name), infos)
            elif info.type.kind is Kind.LIST:
                lists[name] = self._lines(name, value)
            else:
                read = READERS[info.type.kind](value, info.type)
                if isinstance(read, Wrong):
                    self.optional.append(FieldProblem(name, read.code, read.arguments))
                else:
                    attributes[name] = read
        if self.essential:
            return None
        items = lists.pop(LINES, None)
        if items is None and known is not None and lists:
            own = lines_of(known)
            items = lists.get(own[0]) if len(own) == 1 else None
        return Event(id_, type_, at, customer, attributes, items, lists)

    def _essential(self, raw: Mapping[str, Any], name: str, read: Any) -> Any:  # noqa: ANN401 - as read
        given = raw.get(name)
        value = Wrong("missing") if given is None else read(given, _TEXT)
        if isinstance(value, Wrong):
            self.essential.append(FieldProblem(name, value.code, value.arguments))
            return None
        return value

    def _unknown(self, path: str, name: str, known: Mapping[str, AttributeInfo]) -> None:
        near = nearest(name, [*ESSENTIALS, *known])
        self.optional.append(FieldProblem(path, "unknown-field", _near(near)))

    def _lines(self, path: str, value: object) -> tuple[Item, ...]:
        """The lines of a list that can be read."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.optional.append(FieldProblem(path, "not-a-list", {}))
            return ()
        if len(value) > MOST_LINES:
            most = {"limit": str(MOST_LINES)}
            self.optional.append(FieldProblem(path, "too-many-lines", most))
            return ()
        infos = self.program.item_attributes
        total, lines = Decimal(0), []
        for index, raw in enumerate(value):
            if not isinstance(raw, Mapping):
                self.optional.append(FieldProblem(f"{path}[{index}]", "not-an-object", {}))
                continue
            line: Item = {}
            for name, given in raw.items():
                if given is None:
                    continue
                info = infos.get(name)
                if info is None:
                    self._unknown(f"{path}[{index}].{name}", str(name), infos)
                    continue
                read = READERS[info.type.kind](given, info.type)
                if isinstance(read, Wrong):
                    self.optional.append(
                        FieldProblem(f"{path}[{index}].{name}", read.code, read.arguments)
                    )
                else:
                    line[name] = read
            lines.append(line)
            total += abs(line_amount(line))
        if total >= LINE_TOTAL_END:
            end = {"limit": f"{LINE_TOTAL_END:,f}"}
            self.optional.append(FieldProblem(path, "too-large", end))
            return ()
        return tuple(lines)


_TEXT = Type(Kind.TEXT)


def _near(suggestion: str | None) -> dict[str, str]:
    return {} if suggestion is None else {"suggestion": suggestion}


def canonical_content(event: Event) -> str:
    """The event as JSON that is equal for equal content: 250 and 250.00 are one.

    Keys are sorted, numbers are decimal texts without trailing zeros, times are in UTC.
    `read_recorded` gives the event back.
    """
    content: dict[str, object] = {
        name: _canonical(value) for name, value in event.attributes.items()
    }
    for name, lines in event.lists.items():
        content[name] = _canonical_lines(lines)
    if event.items is not None and not any(one is event.items for one in event.lists.values()):
        content[LINES] = _canonical_lines(event.items)
    content.update(id=event.id, type=event.type, at=event.at.isoformat(), customer=event.customer)
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def content_hash(content: str) -> str:
    """The SHA-256 of an event's canonical content, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


def _canonical_lines(lines: tuple[Item, ...]) -> list[dict[str, object]]:
    return [{name: _canonical(value) for name, value in line.items()} for line in lines]


def _canonical(value: Value) -> str | bool | list[str]:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    if isinstance(value, bool | str):
        return value
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat()


def render_field(problem: FieldProblem, language: str = "en") -> str:
    """The problem in words: lower case, no full stop, what was sent in backquotes."""
    wording = messages(language, "events")
    text = str(wording[problem.code]).format(field=problem.field, **problem.arguments)
    if "suggestion" in problem.arguments:
        text += wording["suggestion"].format(**problem.arguments)
    return text
