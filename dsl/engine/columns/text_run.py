"""A run by the text of a program: customers with corrections by the fold, all others by it.

Source: docs/engine.md, "Native".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine.columns.awards import WITHHELD
from dsl.engine.columns.by_text import NotByTextError
from dsl.engine.columns.interpreted import Interpreted
from dsl.engine.columns.native import Native
from dsl.engine.columns.parted import Noted, Part, beside, parts
from dsl.engine.columns.shared import SharedUse, periods_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dsl.engine.columns.awards import Awards
    from dsl.engine.columns.by_text import ByText
    from dsl.engine.columns.run import Run
    from dsl.engine.columns.shared import Draws
    from dsl.engine.columns.span import Span


def decide_by_text(run: Run, span: Span) -> Callable[[], list[SharedUse]]:
    """Decide all events of a span; what was used of what all customers share, if that is asked.

    Raises NotByTextError where they have to be decided as they came, or beyond 64 bits.
    """
    two = parts(run.history)
    total = span.end - span.first
    run.tell(0, total)
    both: Mapping[str, Draws] | None = None
    plain = run if two.corrected is None else run.other(two.plain.history, "python")
    own = two.plain.span(span)
    runs = Native if run.way == "native" else Interpreted
    text = runs(plain.compiled, plain.history, plain.entry, (own.first, own.end), run.secret)
    awards = text.run(
        run.collected, lambda done: run.tell(done, total), free=two.corrected is not None
    )
    if two.corrected is not None:
        folded, noted = _folded(run, span, two.corrected, text)
        awards = awards.over(two.plain.rows).with_(folded.over(two.corrected.rows))
        both = _both(text, two.plain, noted)
    run.awards = awards
    run.tell(total, total)
    # Not of the run, which holds on to this.
    drawing, compiled, at = text.drawing(), run.compiled, run.history.at

    def used() -> list[SharedUse]:
        draws = drawing.draws() if both is None else both
        return [
            SharedUse.of(term.name, periods_of(compiled, term, at.values), draws[term.name])
            for term in drawing.terms
        ]

    return used


def _both(text: ByText, plain: Part, noted: Mapping[str, Draws]) -> Mapping[str, Draws]:
    """What both drew together, where there is enough for what either wants."""
    for term in text.shared:
        wanted, own = text.wanted.get(term.name, {}), noted[term.name].given
        if any(wanted.get(one, 0) + own.get(one, 0) > term.capacity for one in wanted | own):
            raise NotByTextError
    draws = text.drawing().draws().items()
    return {name: own.of(plain.rows).with_(noted[name]) for name, own in draws}


def _folded(run: Run, span: Span, part: Part, text: ByText) -> tuple[Awards, Mapping[str, Draws]]:
    """The awards of customers with corrections, and what they drew of what all share."""
    fold = run.other(part.history, "book", beside(run.collected))
    fold.noted = Noted({}, [term.name for term in text.shared])
    if text.cuts_again:
        # What they drew in the end does not say what they wanted.
        raise NotByTextError
    for _ in fold.decisions(part.span(span), None, lambda _: False):
        pass
    run.balances = fold.balances
    run.folded[part.history.customers] = True
    awards = fold.collected.awards()
    if fold.noted.is_corrected or (text.holds_out and (awards.statuses == WITHHELD).any()):
        # A correction may draw on what there was then; what is withheld notes no draw.
        raise NotByTextError
    return awards, fold.noted.draws(part.rows)
