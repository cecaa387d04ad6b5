from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Config


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (
            {},
            Config(f"sqlite:///{Path.cwd() / 'var' / 'tallystick.sqlite'}", Path.cwd() / "var"),
        ),
        (
            {"TALLY_FOLDER": "/srv/tally", "DATABASE_URL": ""},
            Config("sqlite:////srv/tally/tallystick.sqlite", Path("/srv/tally")),
        ),
        (
            {"DATABASE_URL": "postgresql://db/tally", "TALLY_FOLDER": "/srv", "SECRET_KEY": "s"},
            Config("postgresql://db/tally", Path("/srv"), "s"),
        ),
    ],
)
def test_the_environment_says_where_things_are(
    environment: dict[str, str], expected: Config
) -> None:
    assert Config.from_environment(environment) == expected
