"""What could be written at a place of a text: words of the grammar, names of the catalogue.

The grammar says which words can stand there, the clause and the value on the other side of a
comparison which names make sense. A text that is wrong before the place is still completed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.meaning import catalogue
from dsl.meaning.check import Part, parsed
from dsl.meaning.constants import constant
from dsl.meaning.currencies import CURRENCIES
from dsl.meaning.declarations import declare
from dsl.meaning.offered import (
    AFTER_VALUE,
    ANYWHERE,
    HISTORY_WORDS,
    IN_CONDITION,
    ITEM_WORDS,
    OF_UNIT,
    ORDERED_WORDS,
    STARTERS,
    WINDOWS,
    WORDS_OF,
)
from dsl.meaning.place import Place, find_place
from dsl.meaning.scope import Problems, Scope
from dsl.meaning.types import Kind, Type
from dsl.meaning.wording import messages
from dsl.text.grammar import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dsl.meaning.scope import Declared
    from dsl.meaning.types import AttributeInfo, EventType
    from dsl.text.source import Span

CompletionKind = Literal[
    "attribute",
    "customer",
    "event",
    "form",
    "item",
    "keyword",
    "list",
    "operator",
    "parameter",
    "segment",
    "tier",
    "unit",
    "value",
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


def _declared(parts: Sequence[Part]) -> Declared:
    """What the parts declare, as far as they can be read."""
    problems = Problems(0)
    return declare(
        (statement, problems)
        for part in parts
        if part.rule is None
        for statement in parsed(part.text, rule=False).partial.statements
    )


class _Completer:
    def __init__(self, place: Place, declared: Declared) -> None:
        self.place, self.declared = place, declared
        self.grammar = load()
        self.kinds: dict[str, str] = messages()["kind"]
        self.events = [event for name in place.events if (event := self._event(name))]
        self.past = self._event(place.past)
        self.wanted = self._type(place.left) if place.left else None
        if place.clause == "base" or (place.clause == "condition" and place.words[-1:] == ("by",)):
            self.wanted = catalogue.NUMBER

    def _event(self, word: str) -> EventType | None:
        """The event type of a word."""
        return self.declared.event(self.grammar.spoken.events.get(word, word))

    def all(self) -> Iterator[Completion]:
        """Names and values first, then the words of the grammar."""
        place = self.place
        if "STRING" in place.accepted:
            yield from self._texts()
        if place.in_text:
            return
        if "NAME" in place.accepted and place.starts != "reward":
            left = ".".join(place.left)
            yield from (one for one in self._names() if one.label != left)
        for form in STARTERS.get(place.starts, ()):
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
        words = frozenset(self.grammar.words.get(name.lower(), ()))
        is_plain = name.isidentifier() and words.isdisjoint(self.place.accepted)
        apply = f"{prefix}{name}" if is_plain else f"{prefix}`{name}`"
        return self._one(f"{prefix}{name}", kind, detail=detail, doc=doc, apply=apply)

    # --- names -----------------------------------------------------------------------------------

    def _names(self) -> Iterator[Completion]:
        declared = self.declared
        match self.place.clause:
            case "event":
                for event in declared.events.values():
                    yield self._named(event.name, "event", doc=event.doc)
            case "condition" | "base":
                yield from self._operands()
            case "unit" | "limit":
                yield from (self._named(unit, "unit") for unit in declared.units)
                if self.place.clause == "limit":
                    yield self._one("times", "unit")
                    yield self._one(declared.currency, "unit")
            case "audience":
                yield from self._audience()
            case "tier":
                yield from self._tiers()
            case "segment":
                yield from (self._named(name, "segment") for name in sorted(declared.segments))
            case "list":
                yield from (self._named(name, "list") for name in declared.lists)
            case "holder":
                yield from (self._one(name, "keyword") for name in ("customer", "item"))
                yield from (self._named(name, "event") for name in declared.events)
            case "occasion":
                yield from self._occasions()
            case clause:
                yield from self._figures(clause)

    def _tiers(self) -> Iterator[Completion]:
        for tier in self.declared.tiers:
            yield self._named(tier, "tier", detail=self.kinds["tier"])

    def _audience(self) -> Iterator[Completion]:
        yield from self._tiers()
        yield from (self._named(name, "segment") for name in sorted(self.declared.segments))
        if not self.place.words or self.place.words[-1] == "to":
            yield from self._roles(self.events)

    def _roles(self, events: Iterable[EventType]) -> Iterator[Completion]:
        infos = {i.name: i for event in events for i in event.attributes.values()}
        roles = [info for info in infos.values() if info.type.kind is Kind.CUSTOMER]
        for info in roles:
            yield self._named(info.name, "attribute", detail=self.kinds["customer"], doc=info.doc)

    def _occasions(self) -> Iterator[Completion]:
        for name in ("birthday", "anniversary"):
            yield self._one(name, "keyword")
        for info in self.declared.customer.values():
            if info.type.kind is Kind.DATE and info.name != "birthday":
                yield self._named(info.name, "customer", prefix="customer.", doc=info.doc)
        if self.place.words[-1:] == ("after",):
            yield from (self._named(e.name, "event") for e in self.declared.events.values())

    def _figures(self, clause: str) -> Iterator[Completion]:
        """Attributes by which past events, or the marks of `once`, are told apart or reckoned."""
        counted = self._event(self.place.counted)
        everywhere = [*self.events, *self.declared.events.values()]
        if clause == "role":
            yield from self._roles([counted] if counted else everywhere)
        elif clause == "same" and counted is not None:
            shared = [
                info
                for info in counted.attributes.values()
                if any(info.name in event.attributes for event in self.events)
            ]
            yield from self._attributes(shared, "attribute")
        elif clause == "attribute":
            infos = {i.name: i for event in self.events for i in event.attributes.values()}
            yield from self._attributes(infos.values(), "attribute")
        elif clause == "figure":
            self.wanted = catalogue.NUMBER
            infos = {i.name: i for event in everywhere for i in event.attributes.values()}
            yield from self._attributes(infos.values(), "attribute")
        elif clause == "distinct":
            self.wanted = catalogue.TEXT
            yield from self._attributes(self.declared.item.values(), "item")
            infos = {i.name: i for event in everywhere for i in event.attributes.values()}
            new = [info for info in infos.values() if info.name not in self.declared.item]
            yield from self._attributes(new, "attribute")

    def _operands(self) -> Iterator[Completion]:
        if self.wanted is not None and self.wanted.kind is Kind.TIER:
            yield from self._tiers()
            return
        seen: set[str] = set()
        if self.place.in_item:
            yield from self._attributes(self.declared.item.values(), "item")
            seen.update(self.declared.item)
        for event in [self.past] if self.past else self.events:
            new = [info for info in event.attributes.values() if info.name not in seen]
            new.sort(key=lambda info: info.name in catalogue.COMMON_ATTRIBUTES)
            seen.update(info.name for info in new)
            yield from self._attributes(new, "attribute")
        if self.past is not None:
            own = {i.name: i for event in self.events for i in event.attributes.values()}
            yield from self._attributes(own.values(), "attribute", "this.")
        yield from self._attributes(self.declared.customer.values(), "customer", "customer.")
        for name, type_ in catalogue.CALENDAR_PARTS.items():
            if name not in seen and self._fits(type_):
                doc = catalogue.CALENDAR_DOCS[name]
                yield self._one(name, "attribute", detail=self.kinds[type_.kind.value], doc=doc)
        if self.declared.tiers and self.wanted is None:
            detail = self.kinds["tier"]
            yield self._one("tier", "attribute", detail=detail, doc=catalogue.TIER_DOC)
        yield from self._constants(seen)

    def _constants(self, seen: set[str]) -> Iterator[Completion]:
        """Parameters, and what is spendable of units."""
        scope = Scope(self.declared, (), Problems(0))
        for name, value in self.declared.parameters.items():
            known = constant(value, scope, None)
            if name not in seen and known is not None and self._fits(known.type):
                yield self._named(name, "parameter", detail=self.kinds[known.type.kind.value])
        if self._fits(catalogue.NUMBER):
            yield from (self._named(u, "unit") for u in self.declared.units if u not in seen)

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
        events = self.events
        if len(path) > 1 and path[0] != "this":
            info = self.declared.customer.get(name)
            return info.type if info else None
        if len(path) == 1:
            if self.place.in_item and name in self.declared.item:
                return self.declared.item[name].type
            if name == "tier":
                return catalogue.TIER
            if name in catalogue.CALENDAR_PARTS:
                return catalogue.CALENDAR_PARTS[name]
            events = [self.past, *events] if self.past else events
        found = (e.attributes[name].type for e in events if name in e.attributes)
        is_unit = self.declared.unit(name) is not None
        return next(found, catalogue.NUMBER if is_unit else None)

    # --- texts and words -------------------------------------------------------------------------

    def _texts(self) -> Iterator[Completion]:
        words, declared = self.place.words, self.declared
        last = words[-1] if words else ""
        known: Iterable[str] = ()
        if last == "timezone":
            known = catalogue.TIMEZONES
        elif last == "campaign" and words[-2:-1] == ("in",):
            known = declared.campaigns
        elif last == "challenge" and words[-2:-1] == ("on",):
            known = sorted(declared.challenges)
        elif last in ("coupon", "gift", "badge", "perk") and len(words) > 1:
            known = [name for kind, name in declared.things if kind == last]
        elif self.place.left == ("reward",) and any(e.name == "redeem" for e in self.events):
            known = sorted(declared.redeemables)
        elif self.wanted is not None:
            known = self.wanted.choices
        for text in known:
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            yield self._one(f'"{escaped}"', "value")

    def _words(self) -> Iterator[Completion]:
        grammar, accepted = self.grammar, self.place.accepted
        seen: set[str] = set()
        for terminal, word in grammar.spelled.items():
            if terminal in accepted and word.isalpha() and word not in seen:
                seen.add(word)
                yield from (self._one(form, "keyword") for form in self._forms(word))
        if "FUNCTION" in accepted and self._fits(catalogue.NUMBER):
            for function in catalogue.FUNCTIONS.values():
                yield self._one(f"{function.name}(", "form", doc=function.doc)
        for terminal in self._tables():
            for word in grammar.spoken.values[terminal]:
                yield self._one(word, "value" if terminal in _CONSTANTS else "keyword")
        if "COMPARATOR" in accepted:
            for sign in ("=", "!=", *((">=", ">", "<=", "<") if self._is_ordered() else ())):
                yield self._one(sign, "operator")
        if "CURRENCY" in accepted and self.place.clause == "currency":
            yield from (self._one(code, "value") for code in CURRENCIES)
        elif "CURRENCY" in accepted and self.place.clause != "unit":
            yield self._one(self.declared.currency, "unit")

    def _forms(self, word: str) -> tuple[str, ...]:
        """The words that a word of the grammar makes sense with here; none where it makes none."""
        if self.place.clause in ("condition", "base") and self.place.starts != "reward":
            forms = self._nested(word, IN_CONDITION.get(word, (word,)))
            if self.place.clause == "base" or self.wanted is not None:
                # A value is asked for, no condition.
                is_number = self.wanted is None or self.wanted.is_numeric
                return forms if word in WORDS_OF["number"] and is_number else ()
            return forms
        if "COMPARATOR" not in self.place.accepted:
            return self._elsewhere(word)
        if word in ORDERED_WORDS and not self._is_ordered():
            return ()
        if self.wanted is not None:
            for kind, words in WORDS_OF.items():
                if word in words and self.wanted.kind.value != kind:
                    return ()
        return AFTER_VALUE.get(word, (word,))

    def _nested(self, word: str, forms: tuple[str, ...]) -> tuple[str, ...]:
        """Without what a condition inside another cannot ask."""
        if self.place.past or self.place.in_item:
            if word in HISTORY_WORDS or (self.place.in_item and word in ITEM_WORDS):
                return ()
            return tuple(form for form in forms if "purchase" not in form)
        return forms

    def _elsewhere(self, word: str) -> tuple[str, ...]:
        """What a word makes sense with where neither a value nor an operator stands."""
        accepted = self.place.accepted
        if word == "any" and self.place.clause == "holder":
            return ("any event",)
        if self.place.words[-1:] == ("every",):
            return (word,)
        if "WORTH" in accepted and word in OF_UNIT:
            return OF_UNIT[word]
        if "EVER" in accepted and word in WINDOWS:
            clause = ANYWHERE.get(word, ()) if "BUDGET" in accepted else ()
            return (*WINDOWS[word], *clause)
        return ANYWHERE.get(word, (word,))

    def _is_ordered(self) -> bool:
        """True where what stands before may be more or less than something."""
        return self.wanted is None or self.wanted.kind not in _UNORDERED

    def _tables(self) -> Iterator[str]:
        """The terminals of word tables that make sense here."""
        accepted = self.place.accepted
        for terminal in ("PERIOD", "TYPE"):
            if terminal in accepted:
                yield terminal
        if "DURATION_UNIT" in accepted and accepted.isdisjoint(("AND", "COMPARATOR")):
            yield "DURATION_UNIT"
        wanted = self.wanted.kind if self.wanted else None
        for terminal, kind in _CONSTANTS.items():
            if terminal in accepted and wanted is kind:
                yield terminal
        if "WEEKDAY" in accepted and self.place.words[-1:] == ("every",):
            yield "WEEKDAY"


_CONSTANTS = {"WEEKDAY": Kind.WEEKDAY, "MONTH": Kind.MONTH, "FLAG": Kind.FLAG}
_UNORDERED = (Kind.TEXT, Kind.CUSTOMER, Kind.FLAG, Kind.TAGS)
