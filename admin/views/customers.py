"""Customers: who they are, what they have, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, request
from flask_admin.base import expose

from admin.base import ProgramView, chosen_key, program
from admin.lazy import lazy_gettext
from app.models import LedgerEntry
from app.services import customers, decisions, ledger
from app.services.decisions import Explained
from app.web import now, session

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger with why it is there."""

    entry: LedgerEntry
    sentences: Sequence[str]


class CustomersView(ProgramView):
    """A list to search, and a page for each."""

    path = "customers"
    icon = "customers"
    in_menu = True

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Customers"))

    @expose("/")
    def index(self) -> str:
        """Customers whose id begins with `q`, a page at a time, `after` the last one's end."""
        text, after = request.args.get("q", ""), request.args.get("after", "")
        found = customers.search(session(), program(), text, limit=PAGE + 1, after=after)
        shown = found[:PAGE]
        return self.render(
            "tally/customers.html",
            customers=shown,
            q=text,
            after=after,
            more=shown[-1].external_id if len(found) > PAGE else None,
            total=customers.count(session(), program()),
            balances=ledger.balances_of(session(), [one.id for one in shown]),
            tiers=customers.tiers_of(session(), program(), shown, now=now()),
        )

    @expose("/customer")
    def customer(self) -> str:
        """One customer, by `id`: as of now, and the ledger a page at a time, `before` a line."""
        customer = customers.get(session(), program(), request.args.get("id") or abort(404))
        before = chosen_key(request.args, "before")
        entries = ledger.entries(session(), customer, limit=PAGE + 1, before=before)
        return self.render(
            "tally/customer.html",
            overview=customers.overview(session(), program(), customer, now=now()),
            lines=_lines(entries[:PAGE]),
            more=entries[PAGE - 1].id if len(entries) > PAGE else None,
            before=before,
            recent=[] if before else decisions.of_customer(session(), customer, limit=8),
        )


def _lines(entries: Sequence[LedgerEntry]) -> list[Line]:
    """The entries, each with the sentences of its rule in the decision about its event."""
    explained: dict[int, Explained] = {}
    for entry in entries:
        if entry.event_seq not in explained:
            found = decisions.get(session(), program(), entry.event.event_id)
            explained[entry.event_seq] = found
    return [Line(entry, _sentences(explained[entry.event_seq], entry)) for entry in entries]


def _sentences(decision: Explained, entry: LedgerEntry) -> Sequence[str]:
    for one in decision.explanations:
        if one.rule == entry.rule_name:
            return one.sentences
    return ()
