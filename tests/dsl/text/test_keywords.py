"""The words of the language by their role."""

from __future__ import annotations

from dsl.text.keywords import keywords


def test_the_words_of_the_language_are_grouped_for_highlighting() -> None:
    words = keywords()
    assert {"on", "where", "award", "limit", "because"} <= set(words["keyword"])
    assert words["operator"] == ("and", "not", "or")
    assert {"monday", "june", "true"} <= set(words["constant"])
    assert {"day", "days"} <= set(words["time"])
    assert {"text", "money"} <= set(words["type"])
