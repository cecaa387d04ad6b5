"""What the rule editor asks for: checks, completions, layout, drafts, submission, previews."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from app.models import Program
from app.services import programs, rules
from tests.admin.conftest import Club
from tests.admin.visitor import Visitor, plain
from tests.app.given import NOW

Enter = Callable[[str], Visitor]
STUDIO = "/p/club/studio"
SENTENCE = "on purchase where amount >= 200 award 2x points to gold"


@pytest.fixture
def marketer(enter: Enter) -> Visitor:
    """Somebody who writes rules."""
    return enter("marketer")


def test_a_problem_is_told_at_its_place_with_its_fix(marketer: Visitor) -> None:
    text = SENTENCE.replace("amount", "amout")

    answer = marketer.ask(f"{STUDIO}/check", rule=None, name="Gold", text=text).json

    assert answer == {
        "diagnostics": [
            {
                "start": 18,
                "end": 23,
                "severity": "error",
                "code": "unknown-name",
                "message": "there is no `amout` here",
                "help": "did you mean `amount`?",
                "fix": "amount",
            }
        ],
        "elsewhere": False,
        "plain": None,
    }


def test_places_are_counted_as_browsers_count(marketer: Visitor) -> None:
    text = '# 🎁\non purchase where coupon = "🎁" and amout >= 200 award 5 points'

    answer = marketer.ask(f"{STUDIO}/check", rule=None, name="Gold", text=text).json

    assert answer is not None
    start, end = answer["diagnostics"][0]["start"], answer["diagnostics"][0]["end"]
    units = text.encode("utf-16-le")
    assert units[2 * start : 2 * end].decode("utf-16-le") == "amout"


@pytest.mark.parametrize(
    "text", [SENTENCE, "on purchase award 5 points", "ON purchase AWARD 5 points # so"]
)
def test_a_good_text_has_no_problems(marketer: Visitor, text: str) -> None:
    answer = marketer.ask(f"{STUDIO}/check", rule=None, name="Gold", text=text).json

    assert answer is not None
    assert (answer["diagnostics"], answer["elsewhere"]) == ([], False)


@pytest.mark.parametrize("name", ["Gold", ""])
def test_a_good_text_is_told_in_plain_words(marketer: Visitor, name: str) -> None:
    text = "on purchase where amount >= 200 award 5 points"

    answer = marketer.ask(f"{STUDIO}/check", rule=None, name=name, text=text).json

    assert answer is not None
    assert answer["plain"] == (
        "When a customer makes a purchase of 200 USD or more, they earn 5 points."
    )


def test_what_live_decisions_do_not_run_yet_is_told_at_its_place(marketer: Visitor) -> None:
    text = "on purchase award 5 points, 2 USD cashback"

    answer = marketer.ask(f"{STUDIO}/check", rule=None, name="Gold", text=text).json

    assert answer == {
        "diagnostics": [
            {
                "start": 28,
                "end": 42,
                "severity": "warning",
                "code": "not-live-yet",
                "message": "live decisions do not run `cashback` yet",
                "help": (
                    "previews, cases and dry runs do; it cannot be submitted or published yet"
                ),
                "fix": None,
            }
        ],
        "elsewhere": False,
        "plain": "When a customer makes a purchase, they earn 5 points and get cashback of 2 USD.",
    }


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "\0", "x" * 70_000, "(" * 5000, "🎁"])
def test_no_text_is_too_odd_to_be_checked(marketer: Visitor, text: str) -> None:
    for path in ("check", "format"):
        body = json.dumps({"rule": None, "name": "", "text": text})
        answer = marketer.client.post(
            f"{STUDIO}/{path}",
            data=body,
            content_type="application/json",
            headers={"X-CSRFToken": marketer.token},
        )
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": 5, "name": ""},
        {"text": "", "name": None},
        {"text": "", "name": "", "rule": "1"},
        {"text": "", "name": "", "rule": True},
        {"text": "", "name": "", "rule": -1},
        {"text": "", "name": "", "rule": 1 << 80},
    ],
)
def test_a_question_that_is_none_is_refused(marketer: Visitor, fields: dict[str, object]) -> None:
    assert marketer.ask(f"{STUDIO}/check", **fields).status_code == 400


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '"text"'])
def test_what_is_no_json_object_is_refused(marketer: Visitor, body: str) -> None:
    answer = marketer.client.post(
        f"{STUDIO}/check",
        data=body,
        content_type="application/json",
        headers={"X-CSRFToken": marketer.token},
    )

    assert answer.status_code == 400


def test_completions_come_from_the_catalogue(marketer: Visitor) -> None:
    text = "on purchase where 🎁 am"

    answer = marketer.ask(f"{STUDIO}/complete", rule=None, name="", text="on pur", offset=6).json
    odd = marketer.ask(f"{STUDIO}/complete", rule=None, name="", text=text, offset=10_000)

    assert answer is not None
    offered = {(one["label"], one["start"]) for one in answer["completions"]}
    assert ("purchase", 3) in offered
    assert odd.status_code == 200


def test_a_text_is_laid_out_where_it_parses(marketer: Visitor) -> None:
    good = marketer.ask(f"{STUDIO}/format", text="on  purchase award 5   points").json
    bad = marketer.ask(f"{STUDIO}/format", text="on on").json

    assert good == {"text": "on purchase\naward 5 points"}
    assert bad == {"text": None}


def _save(visitor: Visitor, **fields: object) -> tuple[int, dict[str, object]]:
    answer = visitor.ask(f"{STUDIO}/save", **fields)
    assert isinstance(answer.json, dict)
    return answer.status_code, answer.json


def test_a_draft_is_kept_from_its_name_on(marketer: Visitor, club: Club) -> None:
    made = _save(marketer, rule=None, name="Gold", text="on pur", revision=0)
    kept = _save(marketer, rule=2, name="Gold double", text=SENTENCE, revision=1)

    assert made == (
        200,
        {
            "rule": 2,
            "revision": 1,
            "name_problem": None,
            "saved": "Draft saved",
            "url": f"{STUDIO}/2/",
        },
    )
    assert (kept[0], kept[1]["revision"]) == (200, 2)
    rule = rules.get_rule(club.session, club.program, 2)
    assert (rule.name, rule.draft_text) == ("Gold double", SENTENCE)


def test_a_name_that_is_taken_keeps_no_text_from_being_saved(marketer: Visitor, club: Club) -> None:
    first = _save(marketer, rule=None, name="Base", text=SENTENCE, revision=0)
    _save(marketer, rule=None, name="Gold", text="", revision=0)
    later = _save(marketer, rule=2, name="Base", text=SENTENCE, revision=1)

    taken = "There is already a rule named Base."
    assert first == (409, {"detail": taken, "field": "name"})
    assert (later[0], later[1]["name_problem"]) == (200, taken)
    assert rules.get_rule(club.session, club.program, 2).draft_text == SENTENCE


def test_a_name_that_is_none_is_told_beside_it(marketer: Visitor) -> None:
    status, answer = _save(marketer, rule=None, name=" ", text=SENTENCE, revision=0)

    assert (status, answer["field"]) == (422, "name")


def test_a_draft_that_another_saved_meanwhile_is_shown(enter: Enter, marketer: Visitor) -> None:
    _save(marketer, rule=None, name="Gold", text="on pur", revision=0)
    _save(enter("admin"), rule=2, name="Gold", text="theirs", revision=1)

    status, answer = _save(marketer, rule=2, name="Gold", text="mine", revision=1)

    assert (status, answer["theirs"], answer["revision"]) == (409, "theirs", 2)
    assert answer["detail"] == "admin saved another draft meanwhile; nothing of either is lost."


def test_submitting_makes_a_packet(marketer: Visitor, club: Club) -> None:
    _save(marketer, rule=None, name="Gold", text=SENTENCE, revision=0)

    stale = marketer.ask(f"{STUDIO}/submit", rule=2, revision=7, note="")
    done = marketer.ask(f"{STUDIO}/submit", rule=2, revision=1, note=" For the holidays. ")
    again = marketer.ask(f"{STUDIO}/submit", rule=2, revision=1, note="")

    assert (stale.status_code, done.status_code, again.status_code) == (409, 200, 409)
    assert done.json is not None
    packet = marketer.text(done.json["url"])
    assert "For the holidays." in packet
    row = rules.rule_row(club.session, rules.get_rule(club.session, club.program, 2), NOW)
    assert row.status == "waiting"


def test_a_draft_with_errors_is_not_submitted(marketer: Visitor) -> None:
    _save(marketer, rule=None, name="Gold", text="on pur", revision=0)

    answer = marketer.ask(f"{STUDIO}/submit", rule=2, revision=1, note="")

    assert (answer.status_code, answer.json) == (409, {"detail": "The rule has errors."})


def test_a_preview_comes_in_lines_and_ends_with_its_figures(marketer: Visitor) -> None:
    answer = marketer.ask(f"{STUDIO}/preview", rule=None, name="Gold", text=SENTENCE)

    lines = [json.loads(line) for line in answer.text.splitlines()]
    preview = lines[-1]["preview"]
    assert all(list(line) == ["progress"] for line in lines[:-1])
    assert preview["events"] == 3
    assert [(one["key"], one["before"], one["after"]) for one in preview["figures"]] == [
        ("customers", "2", "2"),
        ("awards", "3", "4"),
        ("points", "1,480", "1,730"),
    ]
    assert [one["change"] for one in preview["figures"]] == ["no change", "+1", "+250"]
    assert preview["own"] == (
        "By itself the rule pays 250 points in 1 award to 1 customer. "
        "More goes to 1 customer, less to nobody."
    )
    paid = [sample for sample in preview["samples"] if sample["paid"]]
    assert [(sample["customer"], sample["total"]) for sample in paid] == [("c1", "+500 points")]
    assert paid[0]["url"] == "/p/club/decisions/?event=e2"
    assert {"rule": "Gold", "text": "+250 points: `2x points to gold` on a base of 250 points"} in (
        paid[0]["sentences"]
    )


def test_a_preview_of_a_text_with_errors_says_so(marketer: Visitor) -> None:
    answer = marketer.ask(f"{STUDIO}/preview", rule=None, name="Gold", text="on pur")

    assert json.loads(answer.text.splitlines()[-1]) == {"problem": "The rule has errors."}


def test_a_program_without_history_previews_nothing(marketer: Visitor, club: Club) -> None:
    other: Program = programs.create_program(club.session, "Other", actor=club["admin"], now=NOW)
    club.session.commit()

    answer = marketer.ask(
        f"/p/{other.slug}/studio/preview", rule=None, name="", text="on purchase award 5 points"
    )

    assert json.loads(answer.text.splitlines()[-1])["preview"]["events"] == 0


def test_readers_look_and_try_but_do_not_keep(enter: Enter) -> None:
    auditor = enter("auditor")

    page = auditor.get(f"{STUDIO}/1/")
    checked = auditor.ask(f"{STUDIO}/check", rule=1, name="Base", text="on pur")
    saved = auditor.ask(f"{STUDIO}/save", rule=1, name="Base", text="", revision=1)

    assert "Read only" in plain(page)
    assert "Submit for approval" not in plain(page)
    assert (checked.status_code, saved.status_code) == (200, 403)
