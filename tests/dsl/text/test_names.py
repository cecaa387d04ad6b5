"""Any word can be a name anywhere: in backquotes where it would be read as something else."""

from __future__ import annotations

import pytest

from dsl.text import ast
from dsl.text.format import format_document, format_text
from dsl.text.grammar import load
from dsl.text.parse import parse
from tests.dsl.text.reading import condition_of, name, number, rule_of

# Where a name stands in the text of one rule.
PLACES = (
    *("where {} = 1", "where x = {}", "where x and {}", "where ({}) > 1", "where not {}"),
    *("where -{} > 1", "where x in ({}, {})", "where {} is known", 'where {} has "a"'),
    *("where {} earned ever > 1", "where lifetime {} > 1", "where left to {} > 1"),
    *("where number of {} ever > 1", "where number of previous {} ever > 1", "where no {} ever"),
    *("where at least 3 {} ever", "where first {}", "where every 3rd {} ever"),
    *("where total {} of {} ever > 1", "where largest {} of {} ever > 1"),
    *("where number of distinct {} of {} ever > 1", "where number of distinct {} of items > 1"),
    *("where number of items of {} ever > 1", "where total of items of {} ever > 1"),
    *("where streak of {} in days > 1", "where days since previous {} > 1"),
    *("where no purchase as {} with same {} ever", "where in segment {}", "where x in list {}"),
    *("where max({}, {}) > 1", "where any item ({} = 1)", "where tier.{} = 1"),
)
REWARDS = (
    *("5 {}", "1 {}", "5 {} per 10 spent", "5 {} per item", "2x {}", "(1) {}", "deduct 5 {}"),
    *("{} by x (from 1: 1)", "points by {} (from 1: 1)", "{} by each part of {} (from 1: 1)"),
    *("deduct 5% of {}", "deduct (1) {}", "5% discount of {}", "5% discount of {} + 1"),
    *("1 point per 1 of {}", "1 CNY discount per 1 spent of {}", "discount by {} (from 1: 1)"),
    *("tier {}", "5 points to {}", "5 points to {} or {}", "5 points to {} and above"),
    *("5 points to not {}", "5 points to top 3 by {}", 'message "{{{}}} {{{} + 1}}"'),
    *("5 points limit 5 {} per customer", "5 points budget 5 {}", "5 points once per {}"),
    *("5 points once per customer per {}", "5 points once per customer per {} per day"),
)
TRIGGERS = (
    *("{}", "{} or {}", "7 days before {}", "7 days without {}", "tier upgrade to {}"),
    *("entering segment {}", "{} expiring in 3 days"),
)
DECLARATIONS = (
    *("unit {}", "event {}", "event {}: {} text", "attributes of {}: {} list", "segment {}: x"),
    *("tier {}: 5 {} held", "tier {}: 5 {} earned ever", "tier {}: 5 {} ever", "list {}: 1"),
    *('parameter {}: 1 "a"', 'reward "r": 5 {}', 'reward "r": 5 points, to {}'),
    *('challenge "c": 3 {} within 3 days award 5 {}', 'guard "g": hold {} or {} where {} = 1'),
)
TEXTS = (
    *(f"on purchase {place} award 5 points" for place in PLACES),
    *(f"on purchase award {reward}" for reward in REWARDS),
    *(f"on {trigger} award 5 points" for trigger in TRIGGERS),
    *DECLARATIONS,
)
WORDS = sorted({*load().words, "CNY", "x", "purchases", "point", "this", "Größe"})


@pytest.mark.parametrize(("turn", "text"), list(enumerate(TEXTS)))
def test_any_word_in_backquotes_is_a_name_and_written_so_that_it_stays_one(
    turn: int, text: str
) -> None:
    # In turn, each word in a fifth of the places.
    for word in WORDS[turn % 5 :: 5]:
        quoted = text.replace("{{", "\0").replace("}}", "\1").replace("{}", f"`{word}`")
        quoted = quoted.replace("\0", "{").replace("\1", "}")
        document = parse(quoted).document
        assert document is not None, quoted
        # It proves itself by being read again.
        written = format_document(document)
        assert format_text(written) == written


@pytest.mark.parametrize("text", TEXTS)
def test_a_plain_word_stands_without_backquotes(text: str) -> None:
    plain = text.replace("{{", "\0").replace("}}", "\1").replace("{}", "zzz")
    document = parse(plain.replace("\0", "{").replace("\1", "}")).document
    assert document is not None
    assert "`" not in format_document(document)


BUILT_IN = (
    *("id", "at", "customer", "device", "channel", "store", "amount", "gross", "tax", "shipping"),
    *("category", "partner", "payment", "coupon", "items", "referrer", "original", "rating"),
    *("product", "network", "post_id", "survey", "score", "lat", "lon", "page", "minutes", "rule"),
    *("reward", "option", "sku", "brand", "price", "quantity", "joined", "birthday", "city"),
    *("country", "gender", "tags", "age", "points", "tier", "date", "time", "hour", "day", "month"),
)


@pytest.mark.parametrize("word", BUILT_IN)
def test_built_in_names_never_need_backquotes(word: str) -> None:
    for text in (f"{word} = 1", f"x = {word} and {word} = 1", f"any item ({word} is known)"):
        rule = f"on purchase\nwhere {text}\naward 5 points"
        assert format_text(rule, rule=True) == rule
    assert condition_of(f"{word} = 1") == ast.Comparison("=", name(word), number("1"))


def test_a_path_is_exact_after_its_dot() -> None:
    rule = rule_of("on purchase where customer.where.on = this.award award 5 points")
    assert rule.where == ast.Comparison("=", name("customer.where.on"), name("this.award"))
