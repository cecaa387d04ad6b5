"""Phrases of one language: templates, plurals, ordinals, lists, quoted texts and names.

All that is peculiar to a language stands in messages/plain.LANGUAGE.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dsl.meaning.wording import messages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ListKind = Literal["and", "or", "nor", "either"]
# A longer list of values is told by its first ones and how many more there are.
LONGEST_LIST = 12


@dataclass(frozen=True, slots=True)
class Words:
    """The wording of one language."""

    wording: Mapping[str, Any]

    @classmethod
    def of(cls, language: str) -> Words:
        """The words of messages/plain.LANGUAGE.toml."""
        return cls(messages(language, "plain"))

    def say(self, table: str, key: str, /, **parts: str) -> str:
        """A phrase with its parts filled in."""
        template: str = self.wording[table][key]
        return template.format_map(parts)

    def has(self, table: str, key: str) -> bool:
        """True where the language has a phrase of its own for the key."""
        return key in self.wording[table]

    def word(self, table: str, key: str, default: str) -> str:
        """A word for a name, or else the default."""
        found: str = self.wording[table].get(key, default)
        return found

    def form(self, table: str, key: str, form: str, /, **parts: str) -> str:
        """One form of a phrase that has several: `one` or `other`, `yes` or `no`."""
        forms: Mapping[str, str] = self.wording[table][key]
        return forms.get(form, next(iter(forms.values()))).format_map(parts)

    def plural(self, number: str) -> str:
        """Which form of a noun a number takes; `other` where the language has one form only."""
        for form, pattern in self.wording["plural"].items():
            if re.fullmatch(pattern, number):
                return str(form)
        return "other"

    def ordinal(self, number: int) -> str:
        """`first`, `2nd`, `3rd`."""
        text = str(number)
        for one in self.wording["ordinal"]:
            if re.fullmatch(one["match"], text):
                return str(one["text"]).format(n=text)
        return text

    def counted(self, number: str, noun: str) -> str:
        """A number and what it is of."""
        return self.say("text", "counted", n=number, noun=noun)

    def listed(self, parts: Sequence[str], kind: ListKind = "and") -> str:
        """`a`, `a and b`, `a, b and c`."""
        wording = self.wording["list"][kind]
        if not parts:
            return ""
        *others, last = parts
        if not others:
            return str(wording.get("one", "{last}").format(last=last))
        first = wording["separator"].join(others)
        template: str = wording["two" if len(others) == 1 else "more"]
        return template.format(first=first, last=last)

    def shortened(self, parts: Sequence[str], kind: ListKind) -> str:
        """A list of values, of a long one only the first and how many more there are."""
        if len(parts) <= LONGEST_LIST + 1:
            return self.listed(parts, kind)
        rest = str(len(parts) - LONGEST_LIST)
        more = self.wording["list"]["rest"]["text"].format(n=rest)
        return self.listed([*parts[:LONGEST_LIST], more], kind)

    def quoted(self, text: str) -> str:
        """A text of the user's, so that no word of it can be taken for one of ours."""
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return self.say("text", "quoted", text=escaped)

    def name(self, name: str) -> str:
        """A name of the user's, marked where it is more than one plain word."""
        if name.replace("_", "a").isalnum():
            return name
        return self.say("text", "name", name=name.replace("`", "'"))

    def brackets(self, text: str) -> str:
        """A phrase in brackets."""
        return self.say("text", "brackets", text=text)

    def sentence(self, text: str) -> str:
        """A phrase as a sentence of its own."""
        return self.say("text", "sentence", text=text[:1].upper() + text[1:])

    def paragraph(self, phrases: Sequence[str]) -> str:
        """Phrases as sentences one after the other."""
        sentences = [self.sentence(phrase) for phrase in phrases if phrase]
        between: str = self.wording["text"]["between-sentences"]
        return between.join(sentences)
