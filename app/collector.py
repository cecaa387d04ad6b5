"""How often the garbage collector looks for rings.

Whatever decides makes many small objects that live on and hold no rings; at its first settings the
collector took a third of the time of a decision. References still free all that has none.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects before a look at the young; looks at the young before one at those that stayed, and
# those again before one at all.
THRESHOLDS = (100_000, 20, 20)


def be_patient() -> None:
    """From now on look rarely, and never again at what this process has loaded so far."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


@contextmanager
def patient() -> Iterator[None]:
    """Look rarely for a while."""
    before = gc.get_threshold()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
