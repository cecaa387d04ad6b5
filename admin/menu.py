"""The menu: of each group, the screens that the person may open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g, url_for
from flask_babel import gettext

from admin.base import ProgramView, TallyView


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu."""

    name: str
    url: str
    icon: str
    is_active: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together, under a title."""

    title: str
    entries: tuple[Entry, ...]


def menu(current: TallyView | None) -> tuple[Group, ...]:
    """The groups that have anything for the person."""
    views = [
        view
        for view in current_app.extensions["admin"][0]._views  # noqa: SLF001 - it has no other door
        if isinstance(view, TallyView) and view.is_visible() and view.is_accessible()
    ]
    own = [view for view in views if isinstance(view, ProgramView)] if "program" in g else []
    groups = (
        Group(gettext("Program"), tuple(_entry(view, current) for view in own)),
        Group(
            gettext("Installation"),
            tuple(_entry(view, current) for view in views if not isinstance(view, ProgramView)),
        ),
    )
    return tuple(group for group in groups if group.entries)


def _entry(view: TallyView, current: TallyView | None) -> Entry:
    is_active = view is current or (current is not None and current.icon == view.icon)
    return Entry(
        str(view.name), url_for(f"{view.endpoint}.index"), view.icon, is_active, view.count()
    )
