"""The engine decides as the naive reference does, whatever the program and the history."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.agreement import differences
from tests.strategies.cases import Drawn, cases
from tests.strategies.programs.draft import TOPICS

# Programs with their histories, over all topics.
EXAMPLES = int(os.environ.get("TALLY_EXAMPLES", "1000"))
# A program drawn anew is checked and compiled each time, which is slow to draw, not wrong. Telling
# which part of a draw made it fail takes longer than to find it.
PATIENT = (HealthCheck.too_slow, HealthCheck.data_too_large)
PHASES = (Phase.generate, Phase.shrink)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_engine_and_the_oracle_agree_on(topic: str) -> None:
    # What failed under one topic would be tried again under all: a draw means another case there.
    @settings(
        max_examples=-(-EXAMPLES // len(TOPICS)),
        phases=PHASES,
        database=None,
        suppress_health_check=PATIENT,
    )
    @given(cases(topic))
    def agree(drawn: Drawn) -> None:
        found = differences(drawn)
        assert not found, "\n".join(found)

    agree()
