"""Keys by which other systems send events to a program."""

from __future__ import annotations

from flask import flash, make_response, redirect, request, url_for
from flask_admin.base import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin.base import KEY, OVERSEERS, ProgramView, actor, commit, needs, program
from admin.forms import NameForm, is_good
from admin.lazy import lazy_gettext
from admin.problems import show_on
from app.models import ApiKey
from app.services import keys
from app.services.access import ADMINS
from app.services.errors import Invalid, NotFound
from app.web import now, session


class KeysView(ProgramView):
    """The keys to a program."""

    path = "keys"
    roles = OVERSEERS
    icon = "keys"
    in_menu = True

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Keys"))

    @expose("/")
    def index(self) -> str:
        """All keys, the revoked ones too."""
        return self._page(NameForm(), None, None)

    @expose("/new", methods=("POST",))
    @needs(ADMINS)
    def new(self) -> str | Response:
        """Make a key; its token is on the answer to this, and never again."""
        form = NameForm(request.form)
        if is_good(form):
            try:
                key, token = keys.create_key(
                    session(), program(), form.name.data or "", actor=actor(), now=now()
                )
                commit()
            except Invalid as error:
                session().rollback()
                show_on(form, error)
            else:
                response = make_response(self._page(NameForm(), key, token))
                response.headers["Cache-Control"] = "no-store"
                return response
        return self._page(form, None, None)

    def _page(self, form: NameForm, made: ApiKey | None, token: str | None) -> str:
        return self.render(
            "tally/keys.html",
            form=form,
            made=made,
            token=token,
            keys=keys.list_keys(session(), program()),
            events_url=url_for("api.post_events", _external=True),
        )

    @expose(f"/<{KEY}:key_id>/revoke", methods=("POST",))
    @needs(ADMINS)
    def revoke(self, key_id: int) -> Response:
        """Let nobody in with the key any more."""
        key = keys.get_key(session(), key_id)
        if key.program_id != program().id:
            raise NotFound("There is no such key.")
        keys.revoke(session(), key, now=now())
        commit()
        flash(gettext("The key %(name)s lets nobody in any more.", name=key.name), "success")
        return redirect(url_for(".index"))
