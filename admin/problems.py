"""What went wrong, in the reader's words: beside a field, as a page, or as a script's answer."""

from __future__ import annotations

from flask import Flask, flash, g, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response
from wtforms import Form

from admin.base import answer, wants_json
from app.services.errors import Conflict, Forbidden, Invalid, NotFound, Problem, ServiceError
from app.web import session

STATUS = {NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 422}


def words(error: ServiceError) -> str:
    """The error in the reader's language; of several problems, those of fields."""
    problems = [p for p in getattr(error, "problems", ()) if isinstance(p, Problem)]
    if problems:
        return " ".join(gettext(problem.message) for problem in problems)
    return gettext(error.message, **error.arguments)


def show_on(form: Form, error: Invalid) -> None:
    """Put each problem beside its field; those of no field are flashed."""
    for problem in error.problems:
        if isinstance(problem, Problem) and problem.field in form:
            field = form[problem.field]
            field.errors = [*field.errors, gettext(problem.message)]
        elif isinstance(problem, Problem):
            flash(gettext(problem.message), "danger")


def tell(error: ServiceError) -> None:
    """Say on the next page why nothing was done."""
    session().rollback()
    flash(words(error), "danger")


def page(status: int, title: str, detail: str) -> Response:
    """An error as a page, or as JSON where a script asked."""
    if wants_json():
        response = answer(status=status, title=title, detail=detail)
        response.status_code = status
        return response
    markup = render_template("tally/error.html", status=status, title=title, detail=detail)
    return Response(markup, status=status, mimetype="text/html")


def on_service_error(error: ServiceError) -> Response:
    """A service's refusal that no screen took care of."""
    session().rollback()
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    return page(status, _title(status), words(error))


def on_http_error(error: HTTPException) -> Response:
    """What the framework refuses: no such page, not allowed, no token."""
    if error.response is not None:
        return error.get_response()
    status = error.code or 500
    if status == InternalServerError.code:
        # What the page shows around it may be what failed.
        g.is_bare = True
    detail = gettext("The page is out of date: go back, load it again, and send it once more.")
    return page(status, _title(status), detail if isinstance(error, CSRFError) else _detail(status))


def _title(status: int) -> str:
    titles = {
        400: gettext("This could not be understood"),
        401: gettext("You are signed out"),
        403: gettext("This is not for your role"),
        404: gettext("There is nothing here"),
        405: gettext("This cannot be done here"),
        409: gettext("Something else happened meanwhile"),
        413: gettext("This is too large"),
        422: gettext("Something is not right yet"),
    }
    return titles.get(status, gettext("Something went wrong on our side"))


def _detail(status: int) -> str:
    details = {
        400: gettext("Nothing was changed. Go back and try once more."),
        401: gettext("Sign in again in another window; what you typed here is kept until then."),
        403: gettext("Ask somebody whose role allows it, or an admin to change yours."),
        404: gettext("It may have been an address with a slip in it, or of another program."),
        500: gettext("Nothing was changed. It is in the server's log; please tell who runs it."),
    }
    return details.get(status, gettext("Nothing was changed."))


def register(app: Flask) -> None:
    """Let refusals be told this way wherever nothing nearer tells them."""
    app.register_error_handler(ServiceError, on_service_error)
    app.register_error_handler(HTTPException, _unless_api)


def _unless_api(error: HTTPException) -> Response | HTTPException:
    return error if request.path.startswith("/api/") else on_http_error(error)
