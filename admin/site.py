"""The screens put together: Flask-Admin on the project's own look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, url_for
from flask import session as cookie
from flask_admin.base import Admin
from flask_admin.theme import Bootstrap4Theme
from flask_security import current_user

from admin import formatters, menu, problems
from admin.base import LAST_PROGRAM, TallyView, allowed
from admin.views.approvals import ApprovalsView
from admin.views.customers import CustomersView
from admin.views.decisions import DecisionsView
from admin.views.home import HomeView
from admin.views.keys import KeysView
from admin.views.program import ProgramPage, ProgramsView
from admin.views.rules import RulesView
from admin.views.studio import StudioView
from admin.views.users import UsersView
from app.models import Program
from app.services import programs
from app.services.access import ADMINS, APPROVERS, WRITERS
from app.web import session

NAME = "Tallystick"
STATIC = Path(__file__).parent / "static"
# In the order of the menu.
VIEWS: tuple[type[TallyView], ...] = (
    RulesView,
    StudioView,
    ApprovalsView,
    CustomersView,
    DecisionsView,
    ProgramPage,
    KeysView,
    ProgramsView,
    UsersView,
)


def init_app(app: Flask) -> None:
    """Put the screens into an app that signs people in and has a session, a clock and a nonce."""
    site = Admin(
        app,
        name=NAME,
        url="/",
        index_view=HomeView(name=NAME, url="/", endpoint="home"),
        theme=Bootstrap4Theme(base_template="tally/base.html", fluid=True),
        csp_nonce_generator=lambda: g.csp_nonce,
    )
    for view in VIEWS:
        site.add_view(view())
    app.url_value_preprocessor(_take_program)
    app.url_defaults(_give_program)
    app.context_processor(_surroundings)
    for one in formatters.FILTERS:
        app.add_template_filter(one)
    app.add_template_global(_asset, "asset")
    app.add_template_global(formatters.locale, "locale")
    problems.register(app)


def _take_program(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Views are not told the program's name in the address; they ask for the program."""
    if values and "program_slug" in values:
        g.program_slug = values.pop("program_slug")


def _give_program(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses stay in the program that is looked at."""
    if "program_slug" not in values and "program_slug" in g and _is_of_program(endpoint):
        values["program_slug"] = g.program_slug


def _is_of_program(endpoint: str) -> bool:
    return current_app.url_map.is_endpoint_expecting(endpoint, "program_slug")


def _surroundings() -> dict[str, Any]:
    """What every page may show around its body."""
    person = None if "is_bare" in g else current_user
    if not person or not person.is_authenticated:
        return {"person": None}
    found = programs.list_programs(session())
    if "program" not in g:
        last = cookie.get(LAST_PROGRAM)
        shown = next((one for one in found if one.slug == last), found[0] if found else None)
        if shown is not None:
            g.program, g.program_slug = shown, shown.slug
    current: Program | None = g.get("program")
    return {
        "person": person,
        "program": current,
        "all_programs": found,
        "menu_groups": menu.menu,
        "may_write": allowed(WRITERS),
        "may_approve": allowed(APPROVERS),
        "may_administer": allowed(ADMINS),
    }


def _asset(name: str) -> str:
    """The address of a file of the look, another one after each change of it."""
    path = STATIC / name
    return url_for("static", filename=name, v=int(path.stat().st_mtime))
