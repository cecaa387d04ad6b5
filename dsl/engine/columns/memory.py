"""What a native run writes, as arrays whose addresses machine code is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.tally import Tally


@dataclass(frozen=True, slots=True)
class Memory:
    """What one thread writes: the rows of a customer, or of all, and what they share."""

    event: Ints
    items: Ints
    state: Ints
    history: Ints
    lines: Ints
    memos: Ints
    counters: Ints
    earned: Ints
    shared: Ints
    variables: Ints
    place: Ints
    tally: Tally

    @property
    def written(self) -> list[int]:
        """E, I, S, H, K, X, C and A."""
        return addresses(
            self.event,
            self.items,
            self.state,
            self.history,
            self.lines,
            self.memos,
            self.counters,
            self.earned,
        )


def addresses(*arrays: np.ndarray[Any, Any]) -> list[int]:
    """Where arrays begin."""
    return [array.ctypes.data for array in arrays]
