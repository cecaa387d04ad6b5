"""What a person says of an event that a guard holds: its awards are released, or rejected.

Source: docs/language.md, section 3, "guard".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine import corrections, late, passing
from dsl.engine.decision import Decision

if TYPE_CHECKING:
    from dsl.engine.book import Book


def judge(book: Book, id_: str, original: str, at: int, *, release: bool) -> list[Decision]:
    """Release a held event (or reject it) at an instant; what was decided by then and by it."""
    passing.begin(book, at)
    book.sink = []
    passing.fall_due(book, at)
    book.place = (at, b"")
    if id_ in book.known:
        return book.sink
    book.known[id_] = (None, ())
    found = book.entries.get(original)
    if found is None or not found[1].is_waiting:
        book.sink.append(Decision(id_, "", None, refused="unknown-original"))
        return book.sink
    _, entry = found
    entry.is_waiting = False
    if not release:
        corrections.reject(book, entry)
        return book.sink
    for one in entry.paid:
        if one.holding is not None:
            one.holding.is_waiting = False
        if one.tier is not None:
            one.tier.begins, one.tier.is_waiting = at, False
        if one.lot is not None and one.lot.left:
            owner = book.customer(one.award.customer)
            owner.wallet(one.lot.unit).moved_at = book.last_at
            one.lot.release = max(at, one.lot.pending_until)
            if one.lot.release <= at:
                owner.wallet(one.lot.unit).open(one.lot, at)
            else:
                book.due.release(owner, one.lot)
            # Whoever could not spend it was not told that it expires.
            book.due.expiring(owner, at)
    for customer in sorted({one.award.customer for one in entry.paid}, key=str.encode):
        book.settle_and_follow(book.customer(customer), at, "after", id_)
    # Whoever else was paid may have had an event of their own at this instant.
    late.come_back(book)
    return book.sink
