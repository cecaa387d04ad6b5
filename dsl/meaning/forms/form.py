"""What the documentation says of a form of the language, with examples that the tests run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """One form: how it is written, what it means, a good example, and a bad one with its code.

    `name` shows what varies in capitals and what may be left out in square brackets. Examples
    stand in the frame of their section.
    """

    name: str
    doc: str
    good: str
    bad: str
    code: str


@dataclass(frozen=True, slots=True)
class Section:
    """Forms that stand in one place: `frame` shows it, `{}` is where the examples go."""

    title: str
    doc: str
    frame: str
    forms: tuple[Form, ...]

    def framed(self, example: str) -> str:
        """An example as a text of its own, beside HEAD."""
        return self.frame.replace("{}", example)


# What all examples may name.
HEAD = """attributes of customer: style text, renewal date, student flag
event dinner: city text, room one of ("north", "south"), friend customer, order_id text
unit points: worth 0.01 USD
unit miles: precision 2
tier silver: 1000 spent in last 12 months
tier gold: 5000 spent in last 12 months
segment lapsed: no purchase in last 60 days
list promo_skus: "A-1", "A-2"
parameter least: 200 "Least purchase that counts"
campaign "Spring": from 2026-03-01 through 2026-05-31
gift "Mug": worth 30 USD, cost 12 USD
challenge "Coffee week": 3 purchases within 7 days award gift "Mug"
rule "Base": on purchase award 1 point per 1 spent
"""
