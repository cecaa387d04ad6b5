"""Did-you-mean."""

from __future__ import annotations

import pytest

from dsl.text.nearest import distance, nearest

KNOWN = ("award", "where", "to", "gold", "amount", "purchase")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("awrad", "award"),
        ("WHER", "where"),
        ("too", "to"),
        ("glod", "gold"),
        ("amout", "amount"),
        ("pruchas", "purchase"),
        ("x", None),
        ("silver", None),
        ("golden", "gold"),
        ("a" * 10_000, None),
    ],
)
def test_the_nearest_word_is_meant_if_it_is_near(word: str, meant: str | None) -> None:
    assert nearest(word, KNOWN) == meant


def test_of_equally_near_words_the_first_is_meant() -> None:
    assert nearest("care", ("card", "core")) == "card"


@pytest.mark.parametrize(
    ("left", "right", "edits"),
    [("", "", 0), ("ab", "ba", 1), ("abc", "abd", 1), ("abc", "ab", 1), ("abcd", "wxyz", 3)],
)
def test_edits_are_counted_up_to_a_most(left: str, right: str, edits: int) -> None:
    assert distance(left, right, 2) == edits
