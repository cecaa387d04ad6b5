"""Laying out: what fits stays on its line, the outermost is broken first."""

from __future__ import annotations

from dsl.text.layout import WIDTH, Break, Group, Indent, Layout, Line, Suffix, render


def listed(*words: str) -> Layout:
    return [[Line() if at else "", word] for at, word in enumerate(words)]


def test_what_fits_stays_on_one_line() -> None:
    word = "x" * (WIDTH // 2)
    assert render(Group(listed(word, word[1:]))) == f"{word} {word[1:]}"
    assert render(Group(listed(word, word))) == f"{word}\n{word}"


def test_what_follows_a_group_on_its_line_counts() -> None:
    word = "x" * (WIDTH // 2 - 1)
    assert render([Group(listed(word, word)), "!"]) == f"{word} {word}!"
    assert render([Group(listed(word, word)), "!!!"]) == f"{word}\n{word}!!!"
    assert render([Group(listed(word, word)), [Break(), "!!!"]]) == f"{word} {word}\n!!!"


def test_the_outer_group_is_broken_before_the_inner() -> None:
    inner = Group(["(", listed("a", "b"), ")"])
    assert render(Group(["f", Indent([Line(), inner, Line(), "x" * WIDTH])])) == (
        f"f\n  (a b)\n  {'x' * WIDTH}"
    )


def test_a_break_breaks_the_groups_around_it() -> None:
    assert render(Group(listed("a", "b", "c"))) == "a b c"
    assert render(Group([listed("a", "b"), Break(), "c"])) == "a\nb\nc"


def test_a_suffix_ends_its_line_and_breaks_its_group() -> None:
    commented: Layout = ["a", Suffix("one"), ",", Line(), "b"]
    assert render(Group(commented)) == "a,  # one\nb"
    assert render(["a", Suffix("one"), "b", Suffix("two")]) == "ab  # one two"
