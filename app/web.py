"""What a request has at hand, for the API and for whoever puts an app together.

The app's extensions hold it: `engine`, `session` (of the request), `reading_sessions` (sessions
of their own that wait for nobody), `clock`, `previews` and `config`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from flask import current_app, has_request_context, request
from flask.globals import app_ctx
from sqlalchemy import Engine
from sqlalchemy.orm import Session, scoped_session

from app import db

T = TypeVar("T")
Clock = Callable[[], dt.datetime]
# Requests by these methods change nothing (RFC 9110, section 9.2.1).
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def session() -> Session:
    """The request's session, rolled back at its end where the view does not commit it.

    Where the method is safe, or the view says `only_reads`, it only reads: on SQLite it then waits
    for nobody.
    """
    found: Session = current_app.extensions["session"]()
    return found


def reading() -> Session:
    """A session of its own that only reads; the caller closes it."""
    found: Session = current_app.extensions["reading_sessions"]()
    return found


def now() -> dt.datetime:
    """The present, aware and in UTC."""
    clock: Clock = current_app.extensions["clock"]
    return clock()


def transaction(work: Callable[[Session], T]) -> T:
    """What `work` returns, written in a transaction of its own, tried again where needed."""
    engine: Engine = current_app.extensions["engine"]
    return db.in_transaction(engine, work)


def request_sessions(engine: Engine) -> scoped_session[Session]:
    """A session for each app context, which writes where the request may."""
    reading, writing = db.reading_sessions(engine), db.sessions(engine)

    def open_session() -> Session:
        return reading() if has_request_context() and _only_reads() else writing()

    return scoped_session(
        open_session,  # type: ignore[arg-type] # called without arguments, as a sessionmaker is
        scopefunc=lambda: id(app_ctx._get_current_object()),  # type: ignore[attr-defined] # noqa: SLF001
    )


def _only_reads() -> bool:
    """True for a safe method, and for a view that says of itself that it changes nothing."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method in SAFE_METHODS or bool(getattr(view, "only_reads", False))
