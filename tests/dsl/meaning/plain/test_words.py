"""All that is peculiar to a language is in its file; the user's words cannot pose as ours."""

from __future__ import annotations

import pytest

from dsl.meaning.plain.values import date_text, exact, time_text
from dsl.meaning.plain.words import LONGEST_LIST, Words

ENGLISH = Words.of("en")
# A language with one form of everything, other marks, and other orders.
OTHER = Words(
    {
        "plural": {},
        "ordinal": [{"match": ".*", "text": "第{n}"}],
        "text": {"quoted": "“{text}”", "sentence": "{text}。", "between-sentences": ""},
        "list": {"and": {"two": "{first}和{last}", "more": "{first}和{last}", "separator": "、"}},
        "verb": {"earn": {"other": "获得"}},
    }
)


@pytest.mark.parametrize(("number", "form"), [("1", "one"), ("0", "other"), ("1.5", "other")])
def test_english_has_one_and_many(number: str, form: str) -> None:
    assert ENGLISH.plural(number) == form


@pytest.mark.parametrize(
    ("number", "told"),
    [(1, "first"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (113, "113th"),
     (21, "21st"), (102, "102nd"), (1003, "1003rd")],
)  # fmt: skip
def test_ordinals(number: int, told: str) -> None:
    assert ENGLISH.ordinal(number) == told


def test_another_language_is_another_table() -> None:
    assert OTHER.ordinal(3) == "第3"
    assert OTHER.form("verb", "earn", OTHER.plural("1")) == "获得"
    assert OTHER.paragraph([OTHER.listed(["a", "b", "c"]), OTHER.quoted("d")]) == "A、b和c。“d”。"


@pytest.mark.parametrize(
    ("parts", "kind", "told"),
    [
        ([], "and", ""),
        (["a"], "or", "a"),
        (["a", "b"], "or", "a or b"),
        (["a", "b", "c"], "and", "a, b and c"),
        (["a"], "nor", "not a"),
        (["a", "b"], "nor", "neither a nor b"),
        (["a", "b", "c"], "nor", "none of a, b and c"),
        (["a and b", "c"], "either", "a and b, or c"),
    ],
)
def test_lists(parts: list[str], kind: str, told: str) -> None:
    assert ENGLISH.listed(parts, kind) == told  # type: ignore[arg-type]  # one of its kinds


def test_of_a_long_list_the_first_values_are_told_and_how_many_more() -> None:
    values = [str(number) for number in range(1, LONGEST_LIST + 1)]
    assert ENGLISH.shortened([*values, "13"], "or").endswith("12 or 13")
    assert ENGLISH.shortened([*values, "13", "14"], "or").endswith("12 or 2 more")


def test_the_users_words_cannot_pose_as_ours() -> None:
    assert ENGLISH.quoted('x" and "y\\') == '"x\\" and \\"y\\\\"'
    assert ENGLISH.name("gold") == "gold"
    assert ENGLISH.name("größe_1") == "größe_1"
    assert ENGLISH.name("gold and everyone") == "`gold and everyone`"
    assert ENGLISH.name("a` and `b") == "`a' and 'b`"
    assert ENGLISH.say("subject", "role", role="{they}") == "{they}"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0, 0, "0"), (250, 2, "2.5"), (-5, 3, "-0.005"), (10**18, 12, "1000000"), (1999, 2, "19.99")],
)
def test_numbers_are_exact(value: int, decimals: int, text: str) -> None:
    assert exact(value, decimals) == text


def test_dates_and_times_are_told_as_they_are_written() -> None:
    assert date_text(0) == "1970-01-01"
    assert date_text(10**9) == "9999-12-31"
    assert date_text(-(10**9)) == "0001-01-01"
    assert time_text(34_200_000_000) == "09:30"
    assert time_text(34_205_000_000) == "09:30:05"
