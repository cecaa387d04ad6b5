"""What people fill in. The token against forged requests is asked for globally, beside the form."""

from __future__ import annotations

from flask import request
from wtforms import (
    EmailField,
    Form,
    PasswordField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than its stubs
from wtforms.widgets import CheckboxInput, ListWidget

from admin.lazy import lazy_gettext
from app.models import ROLES

NOTE_MOST = 2000
NAME_MOST = 200

ROLE_LABELS = {
    "marketer": lazy_gettext("Marketer: writes and previews rules, submits them for approval"),
    "approver": lazy_gettext("Approver: approves, publishes, pauses and rolls back"),
    "auditor": lazy_gettext("Auditor: reads everything, changes nothing"),
    "admin": lazy_gettext("Admin: looks after users, keys and programs, and may do all"),
}
_REQUIRED = validators.InputRequired(lazy_gettext("Please fill this in."))
_NOTE = validators.Length(max=NOTE_MOST, message=lazy_gettext("At most 2,000 characters, please."))
_NAME = validators.Length(max=NAME_MOST, message=lazy_gettext("At most 200 characters, please."))


class NoteForm(Form):
    """A word that goes on record with what is done."""

    note = TextAreaField(lazy_gettext("Note"), [_NOTE])


class ReasonForm(Form):
    """Why something is done, without which it is not."""

    note = TextAreaField(
        lazy_gettext("Reason"), [validators.InputRequired(lazy_gettext("Say why.")), _NOTE]
    )


class NameForm(Form):
    """Something that only needs a name."""

    name = StringField(lazy_gettext("Name"), [_REQUIRED, _NAME])


class PasswordForm(Form):
    """A new password, typed twice."""

    password = PasswordField(
        lazy_gettext("New password"), [_REQUIRED], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        lazy_gettext("New password again"),
        [validators.EqualTo("password", lazy_gettext("The two do not match."))],
        render_kw={"autocomplete": "new-password"},
    )


class RolesForm(Form):
    """What a person may do."""

    roles = SelectMultipleField(
        lazy_gettext("Roles"),
        [validators.InputRequired(lazy_gettext("Choose at least one role."))],
        choices=[SelectChoice(role, ROLE_LABELS[role]) for role in ROLES],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class UserForm(RolesForm):
    """A person who may sign in from now on."""

    name = StringField(lazy_gettext("Name"), [_REQUIRED, _NAME])
    email = EmailField(lazy_gettext("Email"), [_REQUIRED], render_kw={"autocomplete": "off"})
    password = PasswordField(
        lazy_gettext("First password"), [_REQUIRED], render_kw={"autocomplete": "new-password"}
    )


def is_good(form: Form) -> bool:
    """True where the request sends the form and everything in it is good."""
    return request.method == "POST" and bool(form.validate())
