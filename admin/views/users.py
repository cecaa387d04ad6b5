"""Who may sign in, and what they may do."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_admin.base import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin.base import KEY, OVERSEERS, TallyView, actor, commit, needs
from admin.forms import ROLE_LABELS, PasswordForm, RolesForm, UserForm, is_good
from admin.lazy import lazy_gettext
from admin.problems import show_on, tell, words
from app.models import User
from app.services import users
from app.services.access import ADMINS
from app.services.errors import Conflict, Invalid, ServiceError
from app.web import now, session


class UsersView(TallyView):
    """Everybody who may sign in, and a page for each."""

    roles = OVERSEERS
    icon = "users"
    in_menu = True

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Users"), endpoint="users", url="/users")

    @expose("/")
    def index(self) -> str:
        """Everybody, those who may no longer sign in too."""
        return self.render("tally/users.html", users=users.list_users(session()))

    @expose("/new", methods=("GET", "POST"))
    @needs(ADMINS)
    def new(self) -> str | Response:
        """Let somebody in."""
        form = UserForm(request.form)
        if is_good(form) and self._made(form):
            flash(gettext("%(name)s may sign in now.", name=form.name.data), "success")
            return redirect(url_for(".index"))
        return self.render("tally/user_new.html", form=form)

    @staticmethod
    def _made(form: UserForm) -> bool:
        try:
            users.create_user(
                session(),
                form.email.data or "",
                form.password.data or "",
                roles=form.roles.data or (),
                now=now(),
                name=form.name.data or "",
            )
            commit()
        except Invalid as error:
            session().rollback()
            show_on(form, error)
            return False
        except Conflict as error:
            session().rollback()
            form.email.errors = [words(error)]
            return False
        return True

    @expose(f"/<{KEY}:user_id>/")
    def user(self, user_id: int) -> str:
        """One person."""
        found = users.get_user(session(), user_id)
        return self._page(found, RolesForm(roles=sorted(found.role_names)), PasswordForm())

    def _page(self, user: User, roles: RolesForm, password: PasswordForm) -> str:
        return self.render(
            "tally/user.html",
            user=user,
            roles_form=roles,
            password_form=password,
            role_labels=ROLE_LABELS,
            is_self=user.id == actor().id,
        )

    @expose(f"/<{KEY}:user_id>/roles", methods=("POST",))
    @needs(ADMINS)
    def set_roles(self, user_id: int) -> str | Response:
        """Give a person exactly these roles."""
        user = users.get_user(session(), user_id)
        form = RolesForm(request.form)
        if not is_good(form):
            return self._page(user, form, PasswordForm())
        try:
            users.set_roles(session(), user, form.roles.data or ())
            commit()
        except ServiceError as error:
            tell(error)
        else:
            flash(gettext("The roles are changed."), "success")
        return redirect(url_for(".user", user_id=user_id))

    @expose(f"/<{KEY}:user_id>/password", methods=("POST",))
    @needs(ADMINS)
    def set_password(self, user_id: int) -> str | Response:
        """Give a person a new password, which ends their sessions."""
        user = users.get_user(session(), user_id)
        form = PasswordForm(request.form)
        if is_good(form):
            try:
                users.set_password(session(), user, form.password.data or "")
                commit()
            except Invalid as error:
                session().rollback()
                show_on(form, error)
            else:
                flash(gettext("The password is changed."), "success")
                return redirect(url_for(".user", user_id=user_id))
        return self._page(user, RolesForm(roles=sorted(user.role_names)), form)

    @expose(f"/<{KEY}:user_id>/deactivate", methods=("POST",))
    @needs(ADMINS)
    def deactivate(self, user_id: int) -> Response:
        """Let a person sign in no more."""
        user = users.get_user(session(), user_id)
        try:
            users.deactivate(session(), user)
            commit()
        except ServiceError as error:
            tell(error)
        else:
            flash(gettext("%(name)s can no longer sign in.", name=user.name), "success")
        return redirect(url_for(".user", user_id=user_id))

    @expose(f"/<{KEY}:user_id>/activate", methods=("POST",))
    @needs(ADMINS)
    def activate(self, user_id: int) -> Response:
        """Let a person sign in again."""
        user = users.get_user(session(), user_id)
        users.activate(session(), user)
        commit()
        flash(gettext("%(name)s may sign in again.", name=user.name), "success")
        return redirect(url_for(".user", user_id=user_id))
