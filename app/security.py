"""What every answer carries, how sessions are kept, and how people sign in."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_babel import gettext
from flask_security.core import Security
from flask_security.datastore import SQLAlchemySessionUserDatastore
from flask_security.password_util import PasswordUtil
from flask_wtf.csrf import CSRFProtect

from app.models import Role, User
from app.services import users
from app.services.errors import Invalid, Problem

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Seconds that a browser keeps to https once it was answered over it.
HSTS = "max-age=31536000"
POLICY = (
    "default-src 'self'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)

csrf = CSRFProtect()


def host_of(address: str) -> str:
    """The name in `name:port`, an IPv6 address without its brackets."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0]


class Sessions(SecureCookieSessionInterface):
    """Cookies for https only, apart from http to this very machine."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """False only where the request came over http to a loopback address."""
        return request.is_secure or host_of(request.host).lower() not in LOOPBACK


class Passwords(PasswordUtil):
    """The policy for passwords is the service's own."""

    def validate(
        self,
        password: str,
        is_register: bool,  # noqa: ARG002, FBT001 - Flask-Security's signature
        **kwargs: Any,  # noqa: ANN401 - likewise
    ) -> tuple[list[str] | None, str]:
        """What is wrong with a password, and its normal form."""
        user = kwargs.get("user")
        normal = self.normalize(password)
        try:
            users.check_password(normal, user.email if user is not None else "")
        except Invalid as error:
            wrong = [one.message for one in error.problems if isinstance(one, Problem)]
            return [gettext(message) for message in wrong], normal
        return None, normal


def init_app(app: Flask, secret: str) -> None:
    """Sign people in, guard every form, and put the headers on every answer."""
    app.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="tally",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=True,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        # Kept with the database for its life; the token of a form ends with its session.
        WTF_CSRF_TIME_LIMIT=None,
        SECURITY_PASSWORD_SALT=secret,
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # The hash is argon2id of the password alone, as app.services.users writes it.
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_LENGTH_MIN=users.PASSWORD_LEAST,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_CHANGEABLE=True,
        SECURITY_CHANGE_URL="/account/password",
        SECURITY_POST_CHANGE_VIEW="/",
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_API_ENABLED_METHODS=["session"],
    )
    # First of all, so that what refuses a request early has a nonce for its page.
    app.before_request(_give_nonce)
    app.after_request(_put_headers)
    app.before_request(_refuse_nul)
    app.session_interface = Sessions()
    csrf.init_app(app)
    store = SQLAlchemySessionUserDatastore(app.extensions["session"], User, Role)
    Security(app, store, password_util_cls=Passwords)
    # People are known by their session alone; no body is read to find out who asks.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined] # set by Security


def _give_nonce() -> None:
    g.csp_nonce = secrets.token_urlsafe(16)


def _refuse_nul() -> None:
    """No address holds a NUL, which no database takes."""
    if "\0" in request.path or any("\0" in f"{k}{v}" for k, v in request.args.items(multi=True)):
        abort(HTTPStatus.NOT_FOUND)


def _put_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=g.csp_nonce))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", HSTS)
    return response
