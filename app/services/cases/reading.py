"""Case files from YAML: numbers exact, dates and times as text, unknown keys refused by line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from app.services.cases.case import (
    POSTED,
    AwardLine,
    Case,
    CaseFileError,
    Expectation,
    Opening,
    RefusalLine,
    Version,
    instant,
)
from dsl.meaning.values import json_decimal, json_integer

CASE_KEYS = (
    "name", "program", "versions", "customers", "secret", "start", "events", "until", "expect"
)  # fmt: skip
EXPECT_KEYS = ("awards", "balances", "tiers", "refusals", "errors")
AWARD_KEYS = ("event", "at", "rule", "customer", "status")
TEXTS = ("coupon", "gift", "badge", "perk", "tier", "message")


class CaseLoader(yaml.SafeLoader):
    """YAML whose only plain scalars are null, true, false and decimal numbers; all else is text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as PyYAML declares it


CaseLoader.add_implicit_resolver("null", re.compile(r"(?:~|null)?\Z"), ["~", "n", ""])
CaseLoader.add_implicit_resolver("flag", re.compile(r"(?:true|false)\Z"), ["t", "f"])
CaseLoader.add_implicit_resolver(
    "number",
    re.compile(r"[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?\Z", re.ASCII),
    list("-+0123456789"),
)


def case_files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and of folders named all *.yaml below them, in order of their names."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    return found


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file; raises `CaseFileError` naming the line that is wrong."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=CaseLoader)
    except UnicodeDecodeError as error:
        raise CaseFileError("%(file)s is not UTF-8 text", file=str(path)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _error(path, line, "not YAML: %(problem)s", problem=error.problem) from error
    except yaml.YAMLError as error:
        raise _error(path, 1, "not YAML: %(problem)s", problem=str(error)) from error
    return _Reader(path).cases(root) if root is not None else ()


def _error(path: Path, line: int, message: str, **arguments: object) -> CaseFileError:
    return CaseFileError(
        f"%(file)s, line %(line)d: {message}", file=str(path), line=line, **arguments
    )


class _Reader:
    """Reads one file's nodes, knowing where each stands."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def cases(self, root: yaml.Node) -> tuple[Case, ...]:
        return tuple(self._case(node) for node in self._list(root))

    def _wrong(self, node: yaml.Node, message: str, **arguments: object) -> CaseFileError:
        return _error(self.path, node.start_mark.line + 1, message, **arguments)

    def _case(self, node: yaml.Node) -> Case:
        fields = self._fields(node, CASE_KEYS, ("name", "events", "expect"))
        return Case(
            name=self._text(fields["name"]),
            path=self.path,
            line=node.start_mark.line + 1,
            versions=self._versions(node, fields),
            customers=tuple(self._opening(one) for one in self._list(fields.get("customers"))),
            events=tuple(self._event(one) for one in self._list(fields["events"])),
            expect=self._expectation(fields["expect"]),
            start=self._instant(fields.get("start")),
            until=self._instant(fields.get("until")),
            secret=self._text(fields["secret"]) if "secret" in fields else "",
        )

    def _versions(self, node: yaml.Node, fields: dict[str, yaml.Node]) -> tuple[Version, ...]:
        if "program" in fields and "versions" in fields:
            raise self._wrong(fields["versions"], "`program` and `versions` exclude each other")
        if "program" in fields:
            return (Version(None, self._text(fields["program"])),)
        if "versions" in fields:
            return tuple(self._version(one) for one in self._list(fields["versions"]))
        rules = self.path.with_name(self.path.name.removesuffix(".yaml").removesuffix(".cases"))
        rules = rules.with_name(f"{rules.name}.rules")
        if not rules.is_file():
            raise self._wrong(node, "no `program`, and no %(rules)s beside it", rules=rules.name)
        return (Version(None, rules.read_text(encoding="utf-8")),)

    def _version(self, node: yaml.Node) -> Version:
        fields = self._fields(node, ("from", "program"), ("program",))
        return Version(self._instant(fields.get("from")), self._text(fields["program"]))

    def _opening(self, node: yaml.Node) -> Opening:
        fields = self._fields(node, None, ("id",))
        given = {k: self._plain(v) for k, v in fields.items() if k not in ("id", "joined", "tier")}
        return Opening(
            id=self._text(fields["id"]),
            joined=self._text(fields["joined"]) if "joined" in fields else None,
            tier=self._text(fields["tier"]) if "tier" in fields else None,
            given=given,
        )

    def _event(self, node: yaml.Node) -> dict[str, Any]:
        return {key: self._plain(value) for key, value in self._fields(node, None, ()).items()}

    def _expectation(self, node: yaml.Node) -> Expectation:
        fields = self._fields(node, EXPECT_KEYS, ())
        given = fields.get("awards")
        return Expectation(
            awards=None if given is None else tuple(self._award(n) for n in self._list(given)),
            balances={
                customer: {unit: self._number(n) for unit, n in self._mapping(units).items()}
                for customer, units in self._mapping(fields.get("balances")).items()
            },
            tiers={
                customer: None if self._plain(tier) is None else self._text(tier)
                for customer, tier in self._mapping(fields.get("tiers")).items()
            },
            refusals=tuple(self._refusal(one) for one in self._list(fields.get("refusals"))),
            errors=tuple(self._text(one) for one in self._list(fields.get("errors"))),
        )

    def _award(self, node: yaml.Node) -> AwardLine:
        fields = self._fields(node, None, ("rule", "customer"))
        units = [key for key in fields if key not in AWARD_KEYS]
        if len(units) != 1:
            raise self._wrong(
                node, "an award names one unit or thing, this one %(n)d", n=len(units)
            )
        named = fields[units[0]]
        # A thing's name or a message may look like a number.
        value = self._text(named) if units[0] in TEXTS else self._plain(named)
        return AwardLine(
            event=self._text(fields["event"]) if "event" in fields else None,
            at=self._instant(fields.get("at")),
            rule=self._text(fields["rule"]),
            customer=self._text(fields["customer"]),
            unit=units[0],
            value=Decimal(value) if isinstance(value, int | Decimal) else str(value),
            status=self._text(fields["status"]) if "status" in fields else POSTED,
        )

    def _refusal(self, node: yaml.Node) -> RefusalLine:
        fields = self._fields(node, ("event", "rule", "reason"), ("event", "reason"))
        return RefusalLine(
            event=self._text(fields["event"]),
            rule=self._text(fields["rule"]) if "rule" in fields else None,
            reason=self._text(fields["reason"]),
        )

    def _fields(
        self, node: yaml.Node, allowed: Iterable[str] | None, required: Iterable[str]
    ) -> dict[str, yaml.Node]:
        """A mapping's nodes by key, only allowed ones, the required ones among them."""
        fields = self._mapping(node)
        known = fields if allowed is None else allowed
        for key, _ in node.value:
            if key.value not in known:
                raise self._wrong(key, "unknown key `%(key)s`", key=key.value)
        for key in required:
            if key not in fields:
                raise self._wrong(node, "`%(key)s` is missing", key=key)
        return fields

    def _mapping(self, node: yaml.Node | None) -> dict[str, yaml.Node]:
        if node is None or _is_null(node):
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(node, "keys with values are expected here")
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self._text(key)
            if name in fields:
                raise self._wrong(key, "`%(key)s` stands twice", key=name)
            fields[name] = value
        return fields

    def _list(self, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None or _is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self._wrong(node, "a list is expected here")
        return list(node.value)

    def _text(self, node: yaml.Node) -> str:
        """A scalar as it is written, a number such as an id included."""
        if not isinstance(node, yaml.ScalarNode) or _is_null(node):
            raise self._wrong(node, "a text is expected here")
        return str(node.value)

    def _number(self, node: yaml.Node) -> Decimal:
        value = self._plain(node)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._wrong(node, "a number is expected here")
        return Decimal(value)

    def _instant(self, node: yaml.Node | None) -> dt.datetime | None:
        if node is None or _is_null(node):
            return None
        moment = instant(self._text(node))
        if moment is None:
            raise self._wrong(node, "a time with offset is expected here")
        return moment

    def _plain(self, node: yaml.Node) -> Any:  # noqa: ANN401 - as YAML has it
        """The value of a node: texts, numbers, flags, None, lists and dicts of them."""
        if isinstance(node, yaml.MappingNode):
            return {key: self._plain(value) for key, value in self._mapping(node).items()}
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(one) for one in node.value]
        text = str(node.value)
        match node.tag:
            case "null":
                return None
            case "flag":
                return text == "true"
            case "number":
                return json_integer(text) if text.lstrip("+-").isdigit() else json_decimal(text)
            case _:
                return text


def _is_null(node: yaml.Node) -> bool:
    return node.tag == "null"
