"""Laying out text in lines: what fits stays on one line, what does not is broken outside first.

A layout is a text, a list of layouts, or one of the kinds below. After Wadler's "A prettier
printer".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 100
INDENT = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A place to break: a line break in a broken group, `flat` in one that fits on a line."""

    flat: str = " "


@dataclass(frozen=True, slots=True)
class Break:
    """A line break always; the groups around it are broken."""


@dataclass(frozen=True, slots=True)
class Suffix:
    """A comment for the end of the line, whatever else comes on it; several become one."""

    text: str


@dataclass(frozen=True, slots=True)
class Indent:
    """The same, further to the right after each line break."""

    inner: Layout


@dataclass(frozen=True, slots=True)
class Group:
    """All its own places to break are line breaks, or none is."""

    inner: Layout


Layout = str | Line | Break | Suffix | Indent | Group | Sequence["Layout"]


def render(layout: Layout) -> str:
    """The text of a layout, without a line break at its end."""
    lines: list[str] = []
    line = ""
    comments: list[str] = []
    waiting: list[tuple[int, bool, Layout]] = [(0, False, layout)]
    while waiting:
        indent, flat, now = waiting.pop()
        if isinstance(now, str):
            line += now
        elif isinstance(now, Suffix):
            comments.append(now.text)
        elif isinstance(now, Indent):
            waiting.append((indent + INDENT, flat, now.inner))
        elif isinstance(now, Group):
            fits = _fits(now.inner, WIDTH - len(line), waiting)
            waiting.append((indent, fits, now.inner))
        elif isinstance(now, Line) and flat:
            line += now.flat
        elif isinstance(now, Line | Break):
            lines.append(_ended(line, comments))
            line, comments = " " * indent, []
        else:
            waiting.extend((indent, flat, part) for part in reversed(now))
    lines.append(_ended(line, comments))
    return "\n".join(lines)


def on_one_line(layout: Layout) -> str:
    """The text of a layout that has no forced break."""
    return "".join(part for part in _flat(layout) if part is not None)


def _ended(line: str, comments: Sequence[str]) -> str:
    said = f"  # {' '.join(comments)}" if comments else ""
    return (line + said).rstrip()


def _fits(layout: Layout, room: int, after: Sequence[tuple[int, bool, Layout]]) -> bool:
    """True where a layout has no forced break and fits with what stands after it on its line."""
    following = iter(reversed(after))
    parts = _flat(layout)
    inside = True
    while True:
        for part in parts:
            if part is None:
                # Inside it must not break; after it, a break ends the line in time.
                return not inside
            room -= len(part)
            if room < 0:
                return False
        inside = False
        step = next(following, None)
        if step is None:
            return True
        _, flat, rest = step
        parts = _flat(rest) if flat else _up_to_break(rest)


def _flat(layout: Layout) -> Iterator[str | None]:
    """The texts of a layout on one line; None for what forces a break."""
    waiting = [layout]
    while waiting:
        now = waiting.pop()
        if isinstance(now, str):
            yield now
        elif isinstance(now, Line):
            yield now.flat
        elif isinstance(now, Break | Suffix):
            yield None
        elif isinstance(now, Indent | Group):
            waiting.append(now.inner)
        else:
            waiting.extend(reversed(now))


def _up_to_break(layout: Layout) -> Iterator[str | None]:
    """The texts of a broken layout up to its first line break, then None."""
    waiting = [layout]
    while waiting:
        now = waiting.pop()
        if isinstance(now, str):
            yield now
        elif isinstance(now, Line | Break):
            yield None
            return
        elif isinstance(now, Indent | Group):
            waiting.append(now.inner)
        elif not isinstance(now, Suffix):
            waiting.extend(reversed(now))
