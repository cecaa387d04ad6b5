"""`tally user`: people who sign in."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from sqlalchemy.orm import Session

from app.cli.connection import open_database
from app.cli.console import echo_json, gettext, now
from app.db import in_transaction, reading_sessions
from app.models import ROLES, User
from app.services import users
from app.services.errors import NotFound

password_from = click.option(
    "--password-stdin", "is_piped", is_flag=True, help=gettext("Read the password from stdin.")
)


@click.group(help=gettext("People who sign in to the screens."))
def user() -> None:
    """Group what is done to people's accounts."""


@user.command(help=gettext("Add a person with one or more roles; asks for a password."))
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option("--name", default="", help=gettext("What the person is called."))
@password_from
def add(email: str, roles: Sequence[str], name: str, *, is_piped: bool) -> None:
    """Add a person."""
    at = now()
    with open_database() as engine:
        password = _password(is_piped=is_piped)
        made = in_transaction(
            engine,
            lambda session: users.create_user(
                session, email, password, roles=roles, now=at, name=name
            ),
        )
    click.echo(gettext("Added %(email)s.") % {"email": made.email})


@user.command(help=gettext("Give a person a new password; other sessions of theirs end."))
@click.argument("email")
@password_from
def password(email: str, *, is_piped: bool) -> None:
    """Set a password."""
    with open_database() as engine:
        fresh = _password(is_piped=is_piped)
        in_transaction(
            engine, lambda session: users.set_password(session, _found(session, email), fresh)
        )
    click.echo(gettext("The password of %(email)s is changed.") % {"email": email})


@user.command(help=gettext("Let a person sign in no more; what they did stays on record."))
@click.argument("email")
def deactivate(email: str) -> None:
    """End a person's access."""
    with open_database() as engine:
        in_transaction(engine, lambda session: users.deactivate(session, _found(session, email)))
    click.echo(gettext("%(email)s can sign in no more.") % {"email": email})


@user.command("list", help=gettext("List people with their roles."))
@click.option("--json", "as_json", is_flag=True, help=gettext("Print a list for programs to read."))
def list_(*, as_json: bool) -> None:
    """List people."""
    with open_database() as engine, reading_sessions(engine)() as session:
        found = users.list_users(session)
        if as_json:
            echo_json([_listed(one) for one in found])
            return
        for one in found:
            roles = ", ".join(role for role in ROLES if role in one.role_names)
            state = "" if one.active else gettext("  (not active)")
            click.echo(f"{one.email:<32} {roles}{state}")


def _found(session: Session, email: str) -> User:
    found = users.find_user(session, email)
    if found is None:
        raise NotFound("There is no user %(email)s.", email=email)
    return found


def _listed(one: User) -> dict[str, object]:
    return {
        "email": one.email,
        "name": one.name,
        "roles": [role for role in ROLES if role in one.role_names],
        "active": one.active,
        "demo": one.is_demo,
    }


def _password(*, is_piped: bool) -> str:
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = click.prompt(gettext("Password"), hide_input=True, confirmation_prompt=True)
    return given
