"""Who may see what, and who may change it: held by the server on every route."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from admin.base import TallyView
from app.services import users
from tests.admin.conftest import Club
from tests.admin.visitor import Visitor, plain

Enter = Callable[[str], Visitor]
PROGRAM = "/p/club"
OPEN_TO_ALL = (
    f"{PROGRAM}/rules/",
    f"{PROGRAM}/rules/1/",
    f"{PROGRAM}/studio/1/",
    f"{PROGRAM}/approvals/",
    f"{PROGRAM}/approvals/1/",
    f"{PROGRAM}/customers/",
    f"{PROGRAM}/customers/customer?id=c1",
    f"{PROGRAM}/decisions/?event=e2",
    f"{PROGRAM}/program/",
    "/account/password",
)
FOR_WRITERS = (f"{PROGRAM}/studio/",)
FOR_OVERSEERS = (f"{PROGRAM}/keys/", "/programs/", "/users/", "/users/1/")
FOR_ADMINS = ("/users/new",)
WRITERS, OVERSEERS, ADMINS = {"marketer", "admin"}, {"auditor", "admin"}, {"admin"}


@pytest.mark.parametrize("role", ["marketer", "approver", "auditor", "admin"])
def test_each_role_opens_its_own_pages_and_no_other(enter: Enter, role: str) -> None:
    visitor = enter(role)

    pages = (*OPEN_TO_ALL, *FOR_WRITERS, *FOR_OVERSEERS, *FOR_ADMINS)
    found = {path: visitor.get(path).status_code for path in pages}

    assert found == {
        **dict.fromkeys(OPEN_TO_ALL, 200),
        **dict.fromkeys(FOR_WRITERS, 200 if role in WRITERS else 403),
        **dict.fromkeys(FOR_OVERSEERS, 200 if role in OVERSEERS else 403),
        **dict.fromkeys(FOR_ADMINS, 200 if role in ADMINS else 403),
    }


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("marketer", ["Rules", "Approvals", "Customers", "Program"]),
        ("approver", ["Rules", "Approvals", "Customers", "Program"]),
        ("auditor", ["Rules", "Approvals", "Customers", "Program", "Keys", "Programs", "Users"]),
        ("admin", ["Rules", "Approvals", "Customers", "Program", "Keys", "Programs", "Users"]),
    ],
)
def test_the_menu_has_what_the_role_may_open(enter: Enter, role: str, names: list[str]) -> None:
    page = enter(role).get(f"{PROGRAM}/rules/").text

    shown = [part.split("<")[0] for part in page.split('class="nav-link-title">')[1:]]

    assert shown == names


def test_a_page_asks_who_it_is_and_goes_on_there(visitor: Visitor) -> None:
    answer = visitor.get(f"{PROGRAM}/customers/?q=c1")

    assert answer.status_code == 302
    assert answer.location == "/login?next=/p/club/customers/?q%3Dc1"


def test_signing_in_and_out(visitor: Visitor, club: Club) -> None:
    users.set_password(club.session, club["auditor"], "a pass phrase of tests")
    club.session.commit()
    visitor.get("/login")

    wrong = visitor.post("/login", email="auditor@example.com", password="not this one at all")
    right = visitor.post("/login", email="auditor@example.com", password="a pass phrase of tests")
    page = visitor.get("/")
    rules = visitor.get(page.location)
    out = visitor.post("/logout")

    assert wrong.status_code == 200
    assert "Sign in" in plain(wrong)
    assert (right.status_code, page.status_code, rules.status_code) == (302, 302, 200)
    assert out.status_code == 302
    assert visitor.get("/").location == "/login?next=/"


def test_changing_ones_password(enter: Enter, club: Club) -> None:
    users.set_password(club.session, club["marketer"], "a pass phrase of tests")
    club.session.commit()
    visitor = enter("marketer")

    def change(now: str, new: str, again: str) -> int:
        return visitor.post(
            "/account/password", password=now, new_password=new, new_password_confirm=again
        ).status_code

    assert change("not this one at all", "a longer pass phrase", "a longer pass phrase") == 200
    assert change("a pass phrase of tests", "short", "short") == 200
    assert change("a pass phrase of tests", "a longer pass phrase", "another one of them") == 200
    assert change("a pass phrase of tests", "a longer pass phrase", "a longer pass phrase") == 302
    club.session.expire_all()
    assert users.verify_password(club["marketer"], "a longer pass phrase")


def test_whoever_is_deactivated_is_out_at_once(enter: Enter, club: Club) -> None:
    visitor = enter("auditor")
    users.deactivate(club.session, club["auditor"])
    club.session.commit()

    assert visitor.get(f"{PROGRAM}/rules/").status_code == 302


def _writing_routes(app: Flask) -> Iterator[tuple[Rule, TallyView]]:
    for rule in app.url_map.iter_rules():
        view = getattr(app.view_functions[rule.endpoint], "__self__", None)
        if isinstance(view, TallyView) and "POST" in (rule.methods or ()):
            yield rule, view


def _path(rule: Rule) -> str:
    built = rule.build(
        {name: "club" if name == "program_slug" else 1 for name in rule.arguments},
        append_unknown=False,
    )
    assert built is not None
    return built[1]


def test_nobody_changes_anything_without_signing_in(app: Flask, visitor: Visitor) -> None:
    visitor.get("/login")

    found = {
        rule.rule: visitor.post(_path(rule)).status_code for rule, _view in _writing_routes(app)
    }

    assert len(found) > 20
    assert set(found.values()) == {401}


def test_an_auditor_changes_nothing(app: Flask, enter: Enter) -> None:
    visitor = enter("auditor")

    found = {
        rule.rule: visitor.post(_path(rule)).status_code
        for rule, _view in _writing_routes(app)
        if not getattr(app.view_functions[rule.endpoint], "only_reads", False)
    }

    assert len(found) > 15
    assert set(found.values()) == {403}


@pytest.mark.parametrize("path", FOR_OVERSEERS)
def test_an_auditor_finds_no_form_on_what_only_admins_change(enter: Enter, path: str) -> None:
    body = enter("auditor").get(path).text.partition("<main")[2]

    assert 'method="post"' not in body


def test_every_route_that_is_no_get_says_who_may(app: Flask) -> None:
    unmarked = [
        rule.rule
        for rule, _view in _writing_routes(app)
        if not hasattr(app.view_functions[rule.endpoint], "needed_roles")
    ]

    assert unmarked == []


def test_a_form_without_its_token_is_refused(app: Flask, enter: Enter) -> None:
    visitor = enter("admin")

    found = {
        rule.rule: visitor.client.post(_path(rule)).status_code
        for rule, _view in _writing_routes(app)
    }

    assert set(found.values()) == {400}


def test_a_script_without_the_token_is_told_as_json(enter: Enter) -> None:
    answer = enter("marketer").client.post(f"{PROGRAM}/studio/check", json={"text": ""})

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["detail"].startswith("The page is out of date")


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/p/other/rules/",
        f"{PROGRAM}/rules/999/",
        f"{PROGRAM}/rules/99999999999999999999999/",
        f"{PROGRAM}/approvals/999/",
        f"{PROGRAM}/customers/customer",
        f"{PROGRAM}/customers/customer?id=nobody",
        f"{PROGRAM}/decisions/?event=%00",
        f"{PROGRAM}/customers/?q=%00",
        f"{PROGRAM}/decisions/?event=e999",
        "/users/999/",
    ],
)
def test_what_is_not_there_is_told_as_a_page(enter: Enter, path: str) -> None:
    answer = enter("admin").get(path)

    assert answer.status_code == 404
    assert "There is nothing here" in plain(answer)


@pytest.mark.parametrize(
    "path",
    [
        f"{PROGRAM}/rules/?status=unheard-of",
        f"{PROGRAM}/rules/1/?old=abc&new=-1",
        f"{PROGRAM}/rules/1/?old=99999999999999999999999&new=²",
        f"{PROGRAM}/customers/?q=%ED%A0%80&after=%FF",
        f"{PROGRAM}/customers/?q=" + "x" * 3000,
        f"{PROGRAM}/customers/customer?id=c1&before=99999999999999999999999",
        f"{PROGRAM}/customers/customer?id=c1&before=-1",
    ],
)
def test_odd_addresses_are_pages_all_the_same(enter: Enter, path: str) -> None:
    assert enter("marketer").get(path).status_code == 200


def test_what_fails_inside_says_nothing_of_the_inside(
    app: Flask, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = enter("marketer")
    app.testing = False

    def fail(*_arguments: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr("app.services.rules.list_rules", fail)
    answer = visitor.get(f"{PROGRAM}/rules/")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in plain(answer)
    assert "the inside" not in answer.text


def test_every_answer_carries_a_policy_with_a_nonce_of_its_own(enter: Enter) -> None:
    visitor = enter("marketer")

    policies = [visitor.get("/account/password").headers["Content-Security-Policy"] for _ in "ab"]

    assert policies[0] != policies[1]
    assert all("unsafe" not in policy for policy in policies)
