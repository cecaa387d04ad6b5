"""What the outermost layer is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_FOLDER = "var"


class AddressError(ValueError):
    """What is given as the address of a database is none, or of a kind that is not kept in."""


@dataclass(frozen=True, slots=True)
class Config:
    """Where the database is, and the folder for what the product itself writes beside it.

    `secret_key` signs sessions; None: one is made once and kept in `folder`.
    """

    database_url: str
    folder: Path
    secret_key: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Config:
        """Read DATABASE_URL, TALLY_FOLDER and SECRET_KEY; by default SQLite in ./var."""
        folder = Path(environment.get("TALLY_FOLDER") or DEFAULT_FOLDER).absolute()
        url = environment.get("DATABASE_URL") or f"sqlite:///{folder / 'tallystick.sqlite'}"
        return cls(url, folder, environment.get("SECRET_KEY") or None)
