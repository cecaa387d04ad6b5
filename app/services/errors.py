"""Why a service did nothing. Whoever calls decides how it is said, and in which language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsl.text.diagnostics import Diagnostic


class ServiceError(Exception):
    """Nothing was done; `message` has named places (`%(name)s`) that `arguments` fill.

    The message is the key of a translation, so callers translate it before filling it.
    """

    def __init__(self, message: str, **arguments: object) -> None:
        super().__init__(message)
        self.message = message
        self.arguments = arguments

    def __str__(self) -> str:
        """The message in English, filled."""
        return self.message % self.arguments if self.arguments else self.message


class NotFound(ServiceError):
    """What was asked for does not exist, or not in this program."""


class Conflict(ServiceError):
    """What is on record does not allow it now."""


class Forbidden(ServiceError):
    """The person may not do it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of what a person or a program sent."""

    field: str
    code: str
    message: str


class Invalid(ServiceError):
    """What was given is wrong: fields, or a program's texts; all problems at once."""

    def __init__(
        self,
        problems: Sequence[Problem | Diagnostic],
        message: str = "Please correct what is wrong.",
        **arguments: object,
    ) -> None:
        super().__init__(message, **arguments)
        self.problems = tuple(problems)
