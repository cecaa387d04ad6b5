"""What a test needs beside Python: found, or the test is skipped with the line that installs it."""

import os
from typing import NoReturn

import pytest


def missing(name: str, what: str, install: str) -> NoReturn:
    """End the test: skipped, or failed where TALLY_REQUIRE (names with commas) has ``name``."""
    reason = f"{what} is missing; install it with: {install}"
    if name in os.environ.get("TALLY_REQUIRE", "").split(","):
        pytest.fail(f"{reason} (TALLY_REQUIRE asks for {name})", pytrace=False)
    pytest.skip(reason)
