"""The whole numbers a program runs on: absent values, and how rows are laid out."""

from __future__ import annotations

# An absent value; below every number there can be.
NA = -(1 << 62)
# A value that was not asked for yet, in the scratch row X.
UNSET = NA - 1
# Beyond 18 digits a number is refused as `overflow` (docs/language.md, section 1).
LARGEST = 10**18 - 1
DAY_US = 86_400_000_000

# The first cells of an event's row E: the code of its type, its instant, how many lines it has.
E_TYPE, E_AT, E_LINES, E_FIRST = 0, 1, 2, 3
# Of a customer's row S: the end of the history, the row of the event at hand (the end where it is
# not recorded), the settled tier, and when the customer joined.
S_END, S_CURRENT, S_TIER, S_JOINED, S_FIRST = 0, 1, 2, 3, 4
# Of a row of the history H: when, the code of its type, and whether it counts (a refund without an
# original adds to sums alone).
H_AT, H_TYPE, H_COUNTS, H_FIRST = 0, 1, 2, 3
