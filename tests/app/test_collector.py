"""How often the collector looks is changed, and put back, and nothing else of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from app.collector import THRESHOLDS, be_patient, patient


@pytest.fixture
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_it_looks_rarely_for_a_while() -> None:
    before = gc.get_threshold()
    with patient():
        assert gc.get_threshold() == THRESHOLDS
    assert gc.get_threshold() == before


def test_it_looks_as_before_after_an_error() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), patient():
        raise KeyError
    assert gc.get_threshold() == before


@pytest.mark.usefixtures("_as_before")
def test_what_is_loaded_is_not_looked_at_again() -> None:
    be_patient()
    assert gc.get_threshold() == THRESHOLDS
    assert gc.get_freeze_count() > 0
    assert gc.isenabled()
