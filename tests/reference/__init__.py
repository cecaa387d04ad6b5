"""The rule language decided naively: a walk over the tree, with every window scanned anew.

A second meaning of the whole language, to hold the engine against. It shares nothing with it:
values are fractions, texts and times, absent is None, a customer is a plain list of events, every
midnight is walked one by one, and what a limit has used is what the payments in a list add up to.
It is written to be read beside docs/language.md, module by module; it takes programs that pass
the checker and is in no hurry. The command line finds and loads it by its path.

`Reference` takes the versions of a program; `open` lets a customer start from something,
`deliver` takes one event, `finish` lets time pass; then `lines` and `refusals` say what came of
it, `balances` and `tiers` how everybody stands.
"""

from __future__ import annotations

from tests.reference.delivery import Reference
from tests.reference.payments import Line, Refusal
from tests.reference.values import as_decimal

__all__ = ["Line", "Reference", "Refusal", "as_decimal"]
