"""Numbers, times and rules as a page shows them: the reader's language, the program's zone."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.numbers import format_decimal
from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

import dsl
from admin.base import zone
from app.services.rules import Segment
from app.web import now

MINUS = "−"
# Within this, how long ago something was says more than its date.
RECENT = dt.timedelta(days=28)
JUST_NOW = dt.timedelta(seconds=5)
HASH_SHOWN = 10


def locale() -> Locale:
    """The reader's language; English where nothing says otherwise."""
    return get_locale() or Locale("en")


def exact(moment: dt.datetime) -> str:
    """A time to the second, with its zone."""
    return format_datetime(moment.astimezone(zone()), "d MMM y, HH:mm:ss z", locale=locale())


def minute(moment: dt.datetime) -> str:
    """A time to the minute."""
    return format_datetime(moment.astimezone(zone()), "d MMM y, HH:mm", locale=locale())


def day(moment: dt.datetime | dt.date) -> str:
    """A day."""
    local = moment.astimezone(zone()) if isinstance(moment, dt.datetime) else moment
    return format_date(local, "d MMM y", locale=locale())


def short_day(date: dt.date) -> str:
    """A day without its year."""
    return format_skeleton("MMMd", date, locale=locale())


def relative(moment: dt.datetime) -> str:
    """How long ago something was, or its day where that is long."""
    passed = now() - moment
    if abs(passed) > RECENT:
        return day(moment)
    if abs(passed) < JUST_NOW:
        return gettext("just now")
    return format_timedelta(-passed, add_direction=True, locale=locale(), threshold=1.1)


def ago(moment: dt.datetime | None) -> Markup:
    """How long ago something was, exactly when hovered over; a dash for never."""
    if moment is None:
        return Markup('<span class="text-secondary">—</span>')
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(), exact(moment), relative(moment)
    )


def count(number: int) -> str:
    """A whole number with its groups of digits."""
    return format_decimal(number, locale=locale()).replace("-", MINUS)


def decimal(value: Decimal) -> str:
    """An exact decimal with groups of digits and the decimals it has."""
    decimals = max(0, -int(value.as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(value, pattern, locale=locale(), decimal_quantization=False)
    return text.replace("-", MINUS)


def signed_decimal(value: Decimal) -> str:
    """The same with its sign; nothing has none."""
    return f"+{decimal(value)}" if value > 0 else decimal(value)


def amount(value: int, precision: int = 0) -> str:
    """A scaled integer as a decimal with all its decimals."""
    return decimal(Decimal(value).scaleb(-precision))


def signed(value: int, precision: int = 0) -> str:
    """The same with its sign; nothing has none."""
    return signed_decimal(Decimal(value).scaleb(-precision))


def direction(value: int | Decimal) -> str:
    """The class that colours a change."""
    if value == 0:
        return "is-same"
    return "is-up" if value > 0 else "is-down"


def short_hash(digest: str) -> Markup:
    """The beginning of a hash, whole when hovered over."""
    return Markup('<code class="hash" title="{}">{}</code>').format(digest, digest[:HASH_SHOWN])


def initials(name: str) -> str:
    """Up to two letters that stand for a person."""
    words = re.findall(r"\w+", name)
    return "".join(word[0] for word in words[:2]).upper() or "?"


_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>["“](?:\\.|[^"”\\])*["”]?)
      | (?P<quoted>`[^`\n]*`?)
      | (?P<number>\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d)?|\d\d:\d\d|\d+(?:st|nd|rd|th)(?!\w)
                 |\d+(?:\.\d+)?(?:[xX](?!\w)|%)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<comparator>>=|<=|!=|[<>=+\-*/])""",
    re.VERBOSE,
)
_CLASSES = {"quoted": "name", "word": "name"}


@cache
def _groups() -> dict[str, str]:
    found: dict[str, str] = {}
    for group, words in dsl.keywords().items():
        for word in words:
            found.setdefault(word, group)
    return found


def rule_text(text: str) -> Markup:
    """A rule's text with its words coloured as the editor colours them."""
    parts: list[Markup] = []
    end = 0
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "word"
        group = _groups().get(found.group().lower()) if kind == "word" else None
        name = group or _CLASSES.get(kind, kind)
        parts.append(escape(text[end : found.start()]))
        parts.append(Markup('<span class="tok-{}">{}</span>').format(name, found.group()))
        end = found.end()
    parts.append(escape(text[end:]))
    return Markup().join(parts)


def quoted(message: str) -> Markup:
    """A message in which what stands in backquotes is the reader's own text."""
    parts = message.split("`")
    marks = (Markup("{}"), Markup('<code class="quoted">{}</code>'))
    return Markup().join(marks[index % 2].format(part) for index, part in enumerate(parts))


def sentence(text: str) -> str:
    """A rule in one line, without its comments."""
    bare = re.sub(r'("(?:\\.|[^"\\])*")|#[^\n]*', lambda found: found.group(1) or "", text)
    return " ".join(bare.split())


_MARKS = {
    "equal": Markup("{}"),
    "insert": Markup("<ins>{}</ins>"),
    "delete": Markup("<del>{}</del>"),
}


def difference(segments: list[Segment]) -> Markup:
    """What went and came between two texts."""
    return Markup().join(_MARKS[one.op].format(one.text) for one in segments)


FILTERS = (
    ago,
    amount,
    count,
    day,
    difference,
    direction,
    exact,
    initials,
    minute,
    quoted,
    rule_text,
    sentence,
    short_hash,
    signed,
)
