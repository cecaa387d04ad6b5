"""Numbers, times and texts as pages show them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel

from admin import formatters
from admin.editing import to_points, to_units
from app.services.rules import version_difference
from tests.app.given import NOW


@pytest.fixture
def page() -> Flask:
    """An app in whose request it is NOW."""
    app = Flask(__name__)
    Babel(app)  # type: ignore[no-untyped-call]
    app.extensions["clock"] = lambda: NOW
    return app


@pytest.mark.parametrize(
    ("value", "precision", "text", "signed"),
    [
        (0, 0, "0", "0"),
        (1234567, 0, "1,234,567", "+1,234,567"),
        (-310, 0, "−310", "−310"),
        (123456, 2, "1,234.56", "+1,234.56"),
        (50, 2, "0.50", "+0.50"),
        (10**18 - 1, 2, "9,999,999,999,999,999.99", "+9,999,999,999,999,999.99"),
    ],
)
def test_amounts_are_exact(page: Flask, value: int, precision: int, text: str, signed: str) -> None:
    with page.test_request_context():
        assert formatters.amount(value, precision) == text
        assert formatters.signed(value, precision) == signed


def test_decimals_have_the_decimals_they_have(page: Flask) -> None:
    with page.test_request_context():
        assert formatters.decimal(Decimal("1234.50")) == "1,234.50"
        assert formatters.decimal(Decimal("1E+3")) == "1,000"


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (dt.timedelta(seconds=2), "just now"),
        (dt.timedelta(seconds=40), "40 seconds ago"),
        (dt.timedelta(minutes=5), "5 minutes ago"),
        (dt.timedelta(days=3), "3 days ago"),
        (dt.timedelta(days=40), "13 Oct 2026"),
        (dt.timedelta(hours=-2), "in 2 hours"),
    ],
)
def test_times_are_relative_and_exact_on_hover(
    page: Flask, passed: dt.timedelta, text: str
) -> None:
    with page.test_request_context():
        shown = formatters.ago(NOW - passed)

    assert f">{text}</time>" in shown
    assert "UTC" in shown


def test_never_is_a_dash(page: Flask) -> None:
    with page.test_request_context():
        assert "—" in formatters.ago(None)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("on", '<span class="tok-keyword">on</span>'),
        ("ON", '<span class="tok-keyword">ON</span>'),
        ("2x", '<span class="tok-number">2x</span>'),
        ("3rd", '<span class="tok-number">3rd</span>'),
        ("21st", '<span class="tok-number">21st</span>'),
        ("09:00", '<span class="tok-number">09:00</span>'),
        ("2026-11-30", '<span class="tok-number">2026-11-30</span>'),
        ("# so <b>", '<span class="tok-comment"># so &lt;b&gt;</span>'),
        ('"a # b"', '<span class="tok-string">&#34;a # b&#34;</span>'),
        ("`from`", '<span class="tok-name">`from`</span>'),
        ("<=", '<span class="tok-comparator">&lt;=</span>'),
        ("x & y", '<span class="tok-name">x</span> &amp; <span class="tok-name">y</span>'),
        ("会员", '<span class="tok-name">会员</span>'),
    ],
)
def test_rules_are_coloured_word_by_word(text: str, marked: str) -> None:
    assert formatters.rule_text(text) == marked


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("on purchase\n  award 5 points\n", "on purchase award 5 points"),
        ("on purchase # why\naward 5 points", "on purchase award 5 points"),
        ('where sku = "a # b" # c', 'where sku = "a # b"'),
    ],
)
def test_a_rule_in_a_line_has_no_comments(text: str, line: str) -> None:
    assert formatters.sentence(text) == line


def test_what_is_quoted_is_marked_and_escaped() -> None:
    assert formatters.quoted("there is no `<b>` here") == (
        'there is no <code class="quoted">&lt;b&gt;</code> here'
    )


def test_a_difference_is_marked_and_escaped() -> None:
    segments = version_difference("a < 1", "a < 2")

    assert formatters.difference(segments) == "a &lt; <del>1</del><ins>2</ins>"


@pytest.mark.parametrize(
    ("name", "letters"), [("Mara Quist", "MQ"), ("ada", "A"), ("", "?"), ("王 小明 三", "王小")]
)
def test_initials_are_two_at_most(name: str, letters: str) -> None:
    assert formatters.initials(name) == letters


@pytest.mark.parametrize("text", ["", "plain", "a🎁b", "🎁🎁", "é🎁"])
def test_offsets_go_to_the_browser_and_back(text: str) -> None:
    for offset in range(len(text) + 1):
        units = to_units(text, offset)
        assert units == len(text[:offset].encode("utf-16-le")) // 2
        assert to_points(text, units) == offset
    assert to_points(text, 10_000) == len(text)
