"""The way in: to the rules of a program, or to the making of the first one."""

from __future__ import annotations

from flask import redirect, url_for
from flask_admin.base import AdminIndexView, expose
from werkzeug.wrappers import Response

from admin.base import TallyView
from app.services import programs
from app.web import session


class HomeView(TallyView, AdminIndexView):
    """Nothing of its own: whoever comes here is taken to where the work is."""

    @expose("/")
    def index(self) -> str | Response:
        """Go to the first program's rules; without a program, say how to begin."""
        found = programs.list_programs(session())
        if found:
            return redirect(url_for("rules.index", program_slug=found[0].slug))
        return self.render("tally/home.html")
