"""What could be written at a place of a text: words of the grammar, names of the catalogue.

The grammar says which words can stand there, the clause and the value on the other side of a
comparison which names make sense. A text that is wrong before the place is still completed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.meaning import catalogue
from dsl.meaning.check import Part, parsed
from dsl.meaning.currencies import CURRENCIES
from dsl.meaning.declarations import declare
from dsl.meaning.place import Place, find_place
from dsl.meaning.scope import Problems
from dsl.meaning.types import Kind, Type
from dsl.meaning.wording import messages
from dsl.text.grammar import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dsl.meaning.scope import Declared
    from dsl.meaning.types import AttributeInfo
    from dsl.text.source import Span

CompletionKind = Literal[
    "attribute", "customer", "event", "form", "item", "keyword", "operator", "tier", "unit", "value"
]


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that could stand there: what is shown, and what `apply` puts in `span`'s place."""

    label: str
    kind: CompletionKind
    span: Span
    apply: str
    detail: str = ""
    doc: str = ""


def complete(parts: Sequence[Part], index: int, offset: int) -> tuple[Completion, ...]:
    """What could stand at an offset (code points) of the text of one part, most likely first."""
    part = parts[index]
    place = find_place(part.text, offset, rule=part.rule is not None)
    if place is None:
        return ()
    declared = _declared(parts)
    return tuple(_Completer(place, declared).all())


def keywords() -> dict[str, tuple[str, ...]]:
    """The language's words for highlighting: keywords, operators, constants, units and types."""
    grammar = load()
    values = grammar.spoken.values
    operators = {grammar.spelled[name] for name in ("AND", "OR", "NOT")}
    words = {word for word in grammar.spelled.values() if word.isalpha()}
    times = {*values["DURATION_UNIT"], *values["PERIOD"]}
    groups = {
        "keyword": words - operators,
        "operator": operators,
        "constant": {*values["WEEKDAY"], *values["MONTH"], *values["FLAG"]},
        "time": times,
        "type": {*values["TYPE"]},
    }
    return {name: tuple(sorted(group)) for name, group in groups.items()}


def _declared(parts: Sequence[Part]) -> Declared:
    """What the parts declare, as far as they can be read."""
    problems = Problems(0)
    return declare(
        (statement, problems)
        for part in parts
        if part.rule is None
        for statement in parsed(part.text, rule=False).partial.statements
    )


# Words of the grammar that only make sense together with what follows them.
_FORMS = {
    "number": ("number of items", "number of items ("),
    "total": ("total of items", "total of items ("),
    "any": ("any item (",),
    "every": ("every item (",),
    "no": ("no item (",),
    "in": ("in (",),
    "is": ("is known", "is unknown"),
    "at": ("at most",),
    "attributes": ("attributes of",),
    "one": ("one of (",),
}
# What a clause that starts with a number can look like.
_STARTERS: dict[str, tuple[str, ...]] = {
    "reward": ("1 point per 10 spent", "2x points", "100 points", "5 points per item"),
    "limit": ("500 points per customer per month", "3 times per customer"),
    "budget": ("50000 points", "50000 points per month", "1000 times"),
    "tier": ("1000 spent in last 12 months",),
}
# Words that stand after a value only where its kind has an order, or before a number.
_ORDERED_WORDS = ("between",)
_NUMBER_WORDS = ("number", "total")


class _Completer:
    def __init__(self, place: Place, declared: Declared) -> None:
        self.place, self.declared = place, declared
        self.grammar = load()
        self.kinds: dict[str, str] = messages()["kind"]
        singular = self.grammar.spoken.events
        self.events = [
            declared.events[name]
            for name in (singular.get(word, word) for word in place.events)
            if name in declared.events
        ]
        self.wanted = self._type(place.left) if place.left else None
        if place.clause == "base":
            self.wanted = catalogue.NUMBER

    def all(self) -> Iterator[Completion]:
        """Names and values first, then the words of the grammar."""
        place = self.place
        if "STRING" in place.accepted:
            yield from self._texts()
        if place.in_text:
            return
        if "NAME" in place.accepted:
            left = ".".join(place.left)
            yield from (one for one in self._names() if one.label != left)
        if "NUMBER" in place.accepted and (place.clause != "reward" or "FACTOR" in place.accepted):
            for form in _STARTERS.get(place.clause, ()):
                yield self._one(form, "form")
        yield from self._words()

    def _one(
        self, label: str, kind: CompletionKind, *, detail: str = "", doc: str = "", apply: str = ""
    ) -> Completion:
        """A completion at the place."""
        return Completion(label, kind, self.place.span, apply or label, detail, doc)

    def _named(
        self, name: str, kind: CompletionKind, *, prefix: str = "", detail: str = "", doc: str = ""
    ) -> Completion:
        """A name, in backquotes where it would be read as something else."""
        words = self.grammar.words.get(name.lower(), frozenset())
        is_plain = name.isidentifier() and words.isdisjoint(self.place.accepted)
        apply = f"{prefix}{name}" if is_plain else f"{prefix}`{name}`"
        return self._one(f"{prefix}{name}", kind, detail=detail, doc=doc, apply=apply)

    # --- names -----------------------------------------------------------------------------------

    def _names(self) -> Iterator[Completion]:
        match self.place.clause:
            case "trigger":
                for event in self.declared.events.values():
                    yield self._named(event.name, "event", doc=event.doc)
            case "condition" | "base":
                yield from self._operands()
            case "reward":
                yield from self._units()
            case "limit" | "budget":
                yield from self._units()
                yield self._one("times", "unit")
            case "audience":
                yield from self._tiers()
            case "holder":
                for name in ("customer", "item"):
                    yield self._one(name, "keyword")
                for name in self.declared.events:
                    yield self._named(name, "event")
            case _:
                return

    def _units(self) -> Iterator[Completion]:
        for unit in self.declared.units:
            yield self._named(unit, "unit")

    def _tiers(self) -> Iterator[Completion]:
        for tier in self.declared.tiers:
            yield self._named(tier.name, "tier", detail=self.kinds["tier"])

    def _operands(self) -> Iterator[Completion]:
        if self.wanted is not None and self.wanted.kind is Kind.TIER:
            yield from self._tiers()
            return
        if self.place.in_item:
            if self.place.distinct:
                self.wanted = catalogue.TEXT
            yield from self._attributes(self.declared.item.values(), "item")
            if self.place.distinct:
                return
        seen = set(self.declared.item) if self.place.in_item else set()
        for event in self.events:
            new = [info for info in event.attributes.values() if info.name not in seen]
            new.sort(key=lambda info: info.name in catalogue.COMMON_ATTRIBUTES)
            seen.update(info.name for info in new)
            yield from self._attributes(new, "attribute")
        yield from self._attributes(self.declared.customer.values(), "customer", "customer.")
        for name, type_ in catalogue.CALENDAR_PARTS.items():
            if name not in seen and self._fits(type_):
                doc = catalogue.CALENDAR_DOCS[name]
                yield self._one(name, "attribute", detail=self.kinds[type_.kind.value], doc=doc)
        if self.declared.tiers and self.wanted is None:
            detail = self.kinds["tier"]
            yield self._one("tier", "attribute", detail=detail, doc=catalogue.TIER_DOC)

    def _attributes(
        self, infos: Iterable[AttributeInfo], kind: CompletionKind, prefix: str = ""
    ) -> Iterator[Completion]:
        for info in infos:
            if info.type.kind is not Kind.LIST and self._fits(info.type):
                detail = self.kinds[info.type.kind.value]
                yield self._named(info.name, kind, prefix=prefix, detail=detail, doc=info.doc)

    def _fits(self, type_: Type) -> bool:
        """True where a value of the type may stand against what the place asks for."""
        if self.wanted is None:
            return True
        if type_.is_numeric:
            return self.wanted.is_numeric
        return type_.kind is self.wanted.kind

    def _type(self, path: tuple[str, ...]) -> Type | None:
        """The type of a name on the left of a comparison."""
        name = path[-1]
        if len(path) > 1:
            info = self.declared.customer.get(name) if path[0] == "customer" else None
            return info.type if info else None
        if self.place.in_item and name in self.declared.item:
            return self.declared.item[name].type
        if name == "tier":
            return Type(Kind.TIER)
        if name in catalogue.CALENDAR_PARTS:
            return catalogue.CALENDAR_PARTS[name]
        found = (e.attributes[name].type for e in self.events if name in e.attributes)
        return next(found, None)

    # --- texts and words -------------------------------------------------------------------------

    def _texts(self) -> Iterator[Completion]:
        if self.place.clause == "timezone":
            for zone in catalogue.TIMEZONES:
                yield self._one(f'"{zone}"', "value")
        elif self.wanted is not None:
            for choice in self.wanted.choices:
                escaped = choice.replace("\\", "\\\\").replace('"', '\\"')
                yield self._one(f'"{escaped}"', "value")

    def _words(self) -> Iterator[Completion]:
        grammar, accepted = self.grammar, self.place.accepted
        for terminal, word in grammar.spelled.items():
            if terminal in accepted and word.isalpha():
                yield from (self._one(form, "keyword") for form in self._forms(word))
        for terminal in self._tables():
            for word in grammar.spoken.values[terminal]:
                yield self._one(word, "value" if terminal in _CONSTANTS else "keyword")
        if "COMPARATOR" in accepted:
            for sign in ("=", "!=", *((">=", ">", "<=", "<") if self._is_ordered() else ())):
                yield self._one(sign, "operator")
        if "CURRENCY" in accepted and self.place.clause == "currency":
            yield from (self._one(code, "value") for code in CURRENCIES)
        elif "CURRENCY" in accepted and self.place.clause != "reward":
            yield self._one(self.declared.currency, "unit")

    def _forms(self, word: str) -> tuple[str, ...]:
        """The words that a word of the grammar makes sense with here; none where it makes none."""
        ends = "COMPARATOR" in self.place.accepted
        if word == "not":
            return ("not in (",) if ends else ("not",)
        if word == "any" and self.place.clause == "holder":
            return ("any event",)
        if (word in _ORDERED_WORDS and not self._is_ordered()) or (word == "in" and not ends):
            return ()
        if word in _NUMBER_WORDS and self.wanted is not None and not self.wanted.is_numeric:
            return ()
        return _FORMS.get(word, (word,))

    def _is_ordered(self) -> bool:
        """True where what stands before may be more or less than something."""
        return self.wanted is None or self.wanted.kind not in _UNORDERED

    def _tables(self) -> Iterator[str]:
        """The terminals of word tables that make sense here."""
        accepted = self.place.accepted
        for terminal in ("PERIOD", "TYPE"):
            if terminal in accepted:
                yield terminal
        if "DURATION_UNIT" in accepted and self.place.clause != "condition":
            yield "DURATION_UNIT"
        wanted = self.wanted.kind if self.wanted else None
        for terminal, kind in _CONSTANTS.items():
            if terminal in accepted and wanted is kind:
                yield terminal


_CONSTANTS = {"WEEKDAY": Kind.WEEKDAY, "MONTH": Kind.MONTH, "FLAG": Kind.FLAG}
_UNORDERED = (Kind.TEXT, Kind.CUSTOMER, Kind.FLAG)
