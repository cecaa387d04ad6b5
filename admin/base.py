"""What every screen stands on: who may see it, whose program it is, and the request's session.

A screen is one view class. Reading needs one of the view's `roles`; any other method needs, beside
those, the roles named by `needs` on its route: a route without them changes nothing for anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

import flask
from flask import Response, abort, g, jsonify, redirect, request, url_for
from flask_admin.base import BaseView
from flask_security import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.models import ROLES, Program, User
from app.services import programs
from app.services.access import may
from app.services.errors import Invalid
from app.web import SAFE_METHODS, now, session

READERS = frozenset(ROLES)
# Who reads what only admins change.
OVERSEERS = frozenset({"auditor", "admin"})
UTC = ZoneInfo("UTC")
# The key of a row in an address: what no database can hold is not found.
KEY = f"int(max={(1 << 63) - 1})"
KEY_DIGITS = 18
# Where the session keeps which program somebody looked at last.
LAST_PROGRAM = "program"

View = TypeVar("View", bound=Callable[..., Any])


def commit() -> None:
    """Keep what the request has written so far."""
    session().commit()


def actor() -> User:
    """Who is signed in; only for routes that nobody else reaches."""
    # The proxy's object, so that it can be put into rows.
    person: User = current_user._get_current_object()  # noqa: SLF001
    return person


def allowed(roles: Iterable[str]) -> bool:
    """True where somebody with one of the roles is signed in."""
    return bool(current_user.is_authenticated) and may(actor(), frozenset(roles))


def program() -> Program:
    """The program that the address names."""
    found: Program = g.program
    return found


def zone() -> ZoneInfo:
    """The timezone in which the request's times are shown: the program's."""
    if "zone" not in g:
        g.zone = _zone()
    found: ZoneInfo = g.zone
    return found


def _zone() -> ZoneInfo:
    if "program" not in g:
        return UTC
    # What a program in force declares is checked; a new one's text may still be wrong.
    try:
        return ZoneInfo(programs.current_program(session(), program(), now()).timezone)
    except Invalid:
        return UTC


def needs(roles: Iterable[str], *, only_reads: bool = False) -> Callable[[View], View]:
    """Mark a route as one for people with one of these roles.

    `only_reads` says that it changes nothing although it is no GET: its session waits for nobody.
    """

    def mark(view: View) -> View:
        view.needed_roles = frozenset(roles)  # type: ignore[attr-defined]
        view.only_reads = only_reads  # type: ignore[attr-defined]
        return view

    return mark


class TallyView(BaseView):
    """A screen: who may open it, where it stands in the menu, and what surrounds its body."""

    roles: ClassVar[frozenset[str]] = READERS
    icon: ClassVar[str] = ""
    in_menu: ClassVar[bool] = False

    def is_accessible(self) -> bool:
        """True where the person may open the screen."""
        return allowed(self.roles)

    def is_visible(self) -> bool:
        """True where the menu has the screen."""
        return self.in_menu

    def count(self) -> int | None:
        """How much waits on this screen for the person; the menu shows it."""
        return None

    def _handle_view(self, name: str, **_arguments: Any) -> AnyResponse | None:  # noqa: ANN401
        if not current_user.is_authenticated:
            return self._ask_to_sign_in()
        needed: frozenset[str] | None = getattr(getattr(type(self), name), "needed_roles", None)
        if needed is None and request.method not in SAFE_METHODS:
            abort(403)
        if not self.is_accessible() or (needed is not None and not allowed(needed)):
            abort(403)
        if "program_slug" in g:
            g.program = programs.get_program(session(), g.program_slug)
            if flask.session.get(LAST_PROGRAM) != g.program_slug:
                flask.session[LAST_PROGRAM] = g.program_slug
        return None

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        # Not the framework's, which takes a TypeError for a sign to call again.
        return fn(self, *args, **kwargs)

    @staticmethod
    def _ask_to_sign_in() -> AnyResponse:
        if request.method != "GET" or wants_json():
            abort(401)
        where = request.full_path if request.query_string else request.path
        return redirect(url_for("security.login", next=where))


class ProgramView(TallyView):
    """A screen of one program, which stands under the program's address."""

    path: ClassVar[str]

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(url=f"/p/<program_slug>/{self.path}", endpoint=self.path, **options)


class Question:
    """What a page's script asks: a JSON object whose fields are read by type, else 400."""

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The object as it came."""
        found = request.get_json()
        if not isinstance(found, dict):
            abort(400)
        return found

    def text(self, name: str) -> str:
        """A text, in which no half of a character stands alone."""
        found = self.fields.get(name)
        if not isinstance(found, str):
            abort(400)
        return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def number(self, name: str) -> int:
        """A whole number that a database can hold, not below zero."""
        found = self.optional_number(name)
        if found is None:
            abort(400)
        return found

    def optional_number(self, name: str) -> int | None:
        """The same, or None where there is none."""
        found = self.fields.get(name)
        if found is None:
            return None
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 1 << 62:
            abort(400)
        return found


def chosen_key(fields: Mapping[str, str], name: str) -> int | None:
    """The key of a row in a form or an address, None where there is none that a row could have."""
    text = fields.get(name, "")
    is_key = text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS
    return int(text) if is_key else None


def wants_json() -> bool:
    """True where a page's script asks, not a person."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def answer(**fields: Any) -> Response:  # noqa: ANN401
    """A JSON object."""
    return jsonify(fields)
