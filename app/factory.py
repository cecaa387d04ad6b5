"""The composition root: one app of the screens, the API and what they stand on."""

from __future__ import annotations

import datetime as dt
import os
from http import HTTPStatus
from pathlib import Path
from threading import Thread

from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, gettext
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

import admin
from app import api, db, security, web
from app.api import problems
from app.collector import be_patient
from app.compiling import compile_apart
from app.config import Config
from app.history.database import Histories
from app.services import programs
from app.services.dry_runs.previews import Previews
from app.services.errors import ServiceError
from app.signing import secret_key

BODY_MOST = 8 * 1024 * 1024
PACKAGE = Path(__file__).parent
SCREENS = Path(admin.__file__).parent
DEFAULT_LOCALE = "en"
# Set where one proxy stands in front, whose word about who asks is taken.
BEHIND_PROXY = "TALLY_BEHIND_PROXY"


def create_app(config: Config, clock: web.Clock | None = None) -> Flask:
    """The app on a database that has its tables; `clock` tells the present, aware and in UTC."""
    app = Flask(
        "tallystick",
        template_folder=str(SCREENS / "templates"),
        static_folder=str(SCREENS / "static"),
        static_url_path="/static",
    )
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_MOST,
        BABEL_DEFAULT_LOCALE=DEFAULT_LOCALE,
        BABEL_TRANSLATION_DIRECTORIES=str(PACKAGE / "translations"),
    )
    engine = db.connect(config.database_url)
    app.extensions.update(
        config=config,
        clock=clock or _utc_now,
        engine=engine,
        session=web.request_sessions(engine),
        reading_sessions=db.reading_sessions(engine),
        previews=Previews(Histories(config.folder / "history")),
    )
    app.teardown_appcontext(_end_session)
    # Flask-Admin and Flask-Security ask for translations while they are set up.
    Babel(app, locale_selector=_locale)  # type: ignore[no-untyped-call]
    security.init_app(app, secret_key(config.secret_key, config.folder))
    # After Flask-Security, which brings a provider of its own: answers keep
    # the order they are written in, which is the one they are read in.
    app.json.sort_keys = False  # type: ignore[attr-defined] # of the default provider
    app.register_blueprint(api.blueprint)
    security.csrf.exempt(api.blueprint)
    admin.init_app(app)
    app.add_url_rule("/healthz", "healthz", _is_alive)
    app.add_url_rule("/readyz", "readyz", _is_ready)
    return app


def from_environment() -> Flask:
    """The app as the environment describes it: what a server of many processes starts."""
    app = create_app(Config.from_environment(os.environ))
    if os.environ.get(BEHIND_PROXY):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1)  # type: ignore[method-assign] # as Flask tells to
    compile_apart()
    Thread(target=_warm, args=(app,), name="warm", daemon=True).start()
    be_patient()
    return app


def _warm(app: Flask) -> None:
    """Read the histories before anybody asks for a preview; a failure shows when one does."""
    previews: Previews = app.extensions["previews"]
    try:
        with app.extensions["reading_sessions"]() as session:
            for program in programs.list_programs(session):
                previews.warm(session, program, now=_utc_now())
    except (SQLAlchemyError, ServiceError, OSError) as error:
        app.logger.warning("The histories could not be read yet: %s", error)


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _end_session(_error: BaseException | None) -> None:
    current_app.extensions["session"].remove()


def _locale() -> str:
    """The person's own language, else the browser's, of those there are."""
    known = {name.replace("_", "-"): name for name in (DEFAULT_LOCALE, *_translated())}
    if not has_request_context():
        return DEFAULT_LOCALE
    is_person = not request.path.startswith(api.PREFIX)
    own = getattr(current_user, "locale", None) if is_person else None
    if own in known.values():
        return str(own)
    return known.get(request.accept_languages.best_match(known) or "", DEFAULT_LOCALE)


def _translated() -> list[str]:
    """The locales that a catalogue was dropped in for."""
    if "translated" not in g:
        g.translated = sorted(
            one.parent.name for one in (PACKAGE / "translations").glob("*/LC_MESSAGES")
        )
    found: list[str] = g.translated
    return found


def _is_alive() -> dict[str, str]:
    return {"status": "ok"}


def _is_ready() -> Response | dict[str, str]:
    """Ready where the database answers and has its tables."""
    try:
        web.session().execute(text("SELECT 1 FROM programs WHERE 1 = 0"))
    except SQLAlchemyError:
        detail = gettext("The database does not answer, or lacks its tables.")
        return problems.problem(HTTPStatus.SERVICE_UNAVAILABLE, detail)
    return {"status": "ready"}
