"""The secret that signs sessions: given, or made once and kept beside the database."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

NAME = "secret_key"


def secret_key(given: str | None, folder: Path) -> str:
    """The given secret, else the one in the folder, readable by its owner alone."""
    if given:
        return given
    path = folder / NAME
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        # Of several processes that start together the first one's secret stays.
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            Path(fresh).unlink()
    return path.read_text(encoding="utf-8")
