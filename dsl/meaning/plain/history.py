"""What happened before, in phrases: which events count, in which window, and their figures."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dsl.meaning import checked
from dsl.meaning.plain.values import Values
from dsl.text import ast

if TYPE_CHECKING:
    from typing import Self

# What a bare name means at a place: the event's, a past event's, a line's of the event, or a
# line's of a past event.
Inside = Literal["event", "past", "item", "past-item"]
MANY = "0"


@dataclass(frozen=True, slots=True)
class History(Values):
    """Tells past events; what conditions and values in it say is told by those who know both."""

    inside: Inside = "event"

    @abstractmethod
    def condition(self, node: checked.Condition, *, last: bool = True) -> str:
        """A condition as a clause; `last` where nothing follows it."""

    def within(self, inside: Inside) -> Self:
        """The same where bare names mean something else."""
        return replace(self, inside=inside)

    def label(self, name: str) -> str:
        """What an attribute is called."""
        return self.words.word("attribute", name, self.words.name(name))

    def does(self, event: str) -> str:
        """What a customer does in an event of this type: `makes a purchase`."""
        if self.words.has("event", event):
            return self.words.form("event", event, "does")
        return self.words.say("event-other", "does", name=self.words.name(event))

    def events(self, event: str, form: str) -> str:
        """How events of a type are called, of `one` or `other`."""
        if self.words.has("event", event):
            return self.words.form("event", event, form)
        wording = self.words.wording["event-other"]
        return self.words.say(
            "event-other", form if form in wording else "other", name=self.words.name(event)
        )

    def window(self, window: ast.Window | None) -> str:
        """` in the last 30 days`."""
        match window:
            case ast.Last(duration):
                number = str(duration.count)
                form = self.words.plural(number)
                unit = self.words.form("duration", duration.unit, form)
                forms = self.words.wording["window"]["last"]
                template: str = forms.get(form, forms["other"])
                return template.format(n=number, unit=unit)
            case ast.This(period):
                return self.words.form("window", "this", period)
            case ast.Previous(period):
                return self.words.form("window", "previous", period)
            case ast.Since(date):
                return self.words.say("window", "since", date=date.value.isoformat())
            case _:
                return self.words.say("window", "ever")

    def where(self, node: checked.Condition | None, inside: Inside, *, last: bool) -> str:
        """` where …` of what is counted; in brackets where the sentence goes on after it."""
        if node is None:
            return ""
        words = self.words
        if last:
            told = self.within(inside).condition(node)
            return words.say("past", "where", condition=told)
        told = self.within(inside).condition(node)
        return words.say(
            "past", "where-closed", condition=words.say("past", "where-inside", condition=told)
        )

    def past(
        self, past: checked.Past, form: str = "other", *, last: bool, ever: bool = True
    ) -> str:
        """`purchases in the last 30 days where …`; without window `so far`, unless not `ever`."""
        words = self.words
        names = words.listed([self.label(name) for name in past.same])
        role = ""
        if past.role is not None:
            role = words.say("past", "role", role=self.label(past.role))
        same = ""
        if past.same:
            same = words.say("past", "anyone" if past.anyone else "same", names=names)
        elif past.anyone:
            same = words.say("past", "anyone-at-all")
        window = self.window(past.window) if ever or past.window is not None else ""
        return words.say(
            "past",
            "phrase",
            events=self.events(past.event, form),
            previous=words.say("past", "previous") if past.previous else "",
            role=role,
            same=same,
            window=window,
            where=self.where(past.where, "past", last=last),
        )

    def figure(
        self,
        node: checked.EventCount
        | checked.EventFigure
        | checked.EventDistinct
        | checked.PastItemCount
        | checked.PastItemTotal
        | checked.Streak,
        *,
        last: bool,
    ) -> str:
        """A number that past events come to."""
        words = self.words
        past = self.past(node.past, last=last)
        match node:
            case checked.EventCount():
                return words.say("expression", "count", past=past)
            case checked.EventFigure():
                return words.say(
                    "expression",
                    "figure",
                    figure=words.say("figure", node.figure),
                    attribute=self.label(node.attribute.name),
                    past=past,
                )
            case checked.EventDistinct():
                name = self.label(node.attribute.name)
                return words.say("expression", "distinct", attribute=name, past=past)
            case checked.PastItemCount():
                where = self.where(node.items, "past-item", last=False)
                return words.say("expression", "past-item-count", where=where, past=past)
            case checked.PastItemTotal():
                where = self.where(node.items, "past-item", last=False)
                return words.say("expression", "past-item-total", where=where, past=past)
            case checked.Streak():
                return words.say(
                    "expression",
                    "streak",
                    period=words.form("duration", node.period, words.plural(MANY)),
                    event=self.events(node.past.event, "other"),
                    where=self.where(node.past.where, "past", last=last),
                )
