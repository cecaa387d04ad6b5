"""`tally serve`: the screens and the API over HTTP."""

from __future__ import annotations

import ipaddress
import os
import socket

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy import Engine

from app.cli.connection import open_database
from app.cli.console import gettext
from app.db import reading_sessions
from app.factory import BEHIND_PROXY
from app.services import users

THREADS = 8
TARGET = "app.factory:from_environment"


@click.command(help=gettext("Serve the screens and the API; end with Ctrl-C."))
@click.option("--host", default="127.0.0.1", show_default=True, help=gettext("Where to listen."))
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535)
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help=gettext("Processes; one for each core is a good number."),
)
@click.option(
    "--behind-proxy",
    is_flag=True,
    help=gettext("Believe one proxy's X-Forwarded-For, -Proto and -Host."),
)
def serve(host: str, port: int, workers: int, *, behind_proxy: bool) -> None:
    """Serve; refused beyond this machine while demo accounts are active."""
    with open_database() as engine:
        refuse_demo_accounts(engine, host)
    if behind_proxy:
        os.environ[BEHIND_PROXY] = "1"
    address = free_address(host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(gettext("Serving on http://%(host)s:%(port)d") % {"host": shown, "port": port})
    run(address, port, workers)


def free_address(host: str, port: int) -> str:
    """The address of a host; says so where there is none, or the port is taken."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # A name of both kinds, such as localhost, is asked for by the older one.
        family, _, _, _, place = min(found, key=lambda one: one[0] != socket.AF_INET)
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        message = gettext(
            "Cannot listen on %(host)s:%(port)d: %(why)s. Choose another --host or --port."
        )
        filled = message % {"host": host, "port": port, "why": why}
        raise click.ClickException(filled) from error
    return str(place[0])


def run(address: str, port: int, workers: int = 1) -> None:
    """Serve what the environment describes until told to end."""
    Granian(
        TARGET,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.error,
    ).serve()


def refuse_demo_accounts(engine: Engine, host: str) -> None:
    """Keep accounts whose passwords anybody can read from being reached from elsewhere."""
    if is_loopback(host):
        return
    with reading_sessions(engine)() as session:
        active = [one.email for one in users.list_users(session) if one.is_demo and one.active]
    if not active:
        return
    told = gettext(
        "Refused: demo accounts are active, and anybody can read their passwords.\n"
        "Serve on 127.0.0.1, or let them in no more, once there is an admin of your own:\n"
        "  tally user add you@example.com --role admin"
    )
    lines = [told, *(f"  tally user deactivate {email}" for email in active)]
    raise click.ClickException("\n".join(lines))


def is_loopback(host: str) -> bool:
    """True of an address that only this machine reaches."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
