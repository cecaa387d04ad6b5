"""A preview as its page draws it."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.admin.visitor import Visitor


def test_things_are_counted_in_words(enter: Callable[[str], Visitor]) -> None:
    text = 'on purchase award gift "Mug", 5 points'

    answer = enter("marketer").ask("/p/club/studio/preview", rule=None, name="Mugs", text=text)

    preview = json.loads(answer.text.splitlines()[-1])["preview"]
    assert [one["label"] for one in preview["figures"]][2:] == ["gifts", "points"]
    assert preview["series"]["unit"] == "gifts"
    assert preview["own"].startswith("By itself the rule pays 15 points, 3 gifts in 6 awards")
    assert "+1 gift" in preview["samples"][0]["total"].split(", ")
