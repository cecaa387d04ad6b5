"""People and keys: let in, changed, shut out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.services import keys, users
from tests.admin.conftest import Club
from tests.admin.visitor import Visitor
from tests.app.given import NOW

Enter = Callable[[str], Visitor]


@pytest.fixture
def admin(enter: Enter) -> Visitor:
    """Somebody who may do all."""
    return enter("admin")


def _new(visitor: Visitor, **changes: object) -> str:
    fields: dict[str, object] = {
        "name": "Nina",
        "email": "nina@example.com",
        "password": "a first pass phrase",
        "roles": ["marketer", "auditor"],
    }
    return visitor.post("/users/new", **{**fields, **changes}).text


def test_somebody_is_let_in(admin: Visitor, club: Club) -> None:
    _new(admin)

    made = users.find_user(club.session, "nina@example.com")
    assert made is not None
    assert made.role_names == {"marketer", "auditor"}
    assert users.verify_password(made, "a first pass phrase")
    assert "Nina may sign in now." in admin.text("/users/")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"email": "nobody"}, "This is not an email address."),
        ({"email": "auditor@example.com"}, "There is already a user with the email"),
        ({"password": "short"}, "A password has at least 12 characters."),
        ({"roles": []}, "Choose at least one role."),
        ({"roles": ["emperor"]}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_kept(
    admin: Visitor, club: Club, changes: dict[str, object], said: str
) -> None:
    page = _new(admin, **changes)

    assert said.lower() in page.lower()
    assert str(changes.get("name", "Nina")) in page
    assert users.find_user(club.session, "nina@example.com") is None


def test_roles_and_passwords_are_changed(admin: Visitor, club: Club) -> None:
    person = club["auditor"]
    path = f"/users/{person.id}"

    admin.post(f"{path}/roles", roles=["approver"])
    mismatch = admin.post(f"{path}/password", password="a new pass phrase", again="another")
    short = admin.post(f"{path}/password", password="short", again="short")
    admin.post(f"{path}/password", password="a new pass phrase", again="a new pass phrase")

    club.fresh(person)
    assert person.role_names == {"approver"}
    assert "The two do not match." in mismatch.text
    assert "A password has at least 12 characters." in short.text
    assert users.verify_password(person, "a new pass phrase")


def test_the_last_admin_stays_one(admin: Visitor, club: Club) -> None:
    path = f"/users/{club['admin'].id}"

    admin.post(f"{path}/roles", roles=["auditor"])
    said = admin.text(f"{path}/")
    admin.post(f"{path}/deactivate")

    assert "This is the last active admin" in said
    assert club.fresh(club["admin"]).active
    assert club["admin"].role_names == {"admin"}


def test_somebody_is_shut_out_and_let_in_again(admin: Visitor, club: Club) -> None:
    person = club["auditor"]

    admin.post(f"/users/{person.id}/deactivate")
    shut_out = club.fresh(person).active
    listed = admin.text("/users/")
    admin.post(f"/users/{person.id}/activate")

    assert (shut_out, club.fresh(person).active) == (False, True)
    assert "may not sign in" in listed


def test_a_key_is_shown_once_and_revoked(admin: Visitor, club: Club) -> None:
    made = admin.post("/p/club/keys/new", name="till")
    found = re.search(r'id="token">(tly_[^<]+)<', made.text)
    assert found is not None
    token = found.group(1)

    assert made.headers["Cache-Control"] == "no-store"
    assert token not in admin.get("/p/club/keys/").text
    key = keys.list_keys(club.session, club.program)[0]
    assert keys.identify(club.session, token) == key
    club.session.commit()

    admin.post(f"/p/club/keys/{key.id}/revoke")

    club.fresh(key)
    assert keys.identify(club.session, token) is None
    assert "revoked" in admin.text("/p/club/keys/")


def test_a_key_needs_a_name_and_stays_in_its_program(admin: Visitor, club: Club) -> None:
    nameless = admin.post("/p/club/keys/new", name="")
    key, _token = keys.create_key(club.session, club.program, "till", actor=club["admin"], now=NOW)
    club.session.commit()
    admin.post("/programs/new", name="Other")

    assert "Please fill this in." in nameless.text
    assert admin.post(f"/p/other/keys/{key.id}/revoke").status_code == 404
    assert admin.post("/p/club/keys/999/revoke").status_code == 404
