"""The words of the language by their role, as an editor colours them."""

from __future__ import annotations

from dsl.text.grammar import load


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
