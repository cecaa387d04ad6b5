"""Why an event gave what it gave: what was known, each rule's answer, what went into the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import abort, request
from flask_admin.base import expose

from admin.base import ProgramView, program
from admin.lazy import lazy_gettext
from app.services import decisions
from app.web import session

ITEMS_MOST = 40
ABOUT = ("id", "type", "at", "customer", "items")


class DecisionsView(ProgramView):
    """A ladder from the event down."""

    path = "decisions"
    icon = "customers"

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Why?"))

    @expose("/")
    def index(self) -> str:
        """The decision about the event with this `event` id."""
        event_id = request.args.get("event", "") or abort(404)
        found = decisions.get(session(), program(), event_id)
        content: Mapping[str, Any] = json.loads(found.event.content, parse_float=Decimal)
        items = content.get("items") or []
        versions = {version.name: version for version in found.rule_versions}
        totals: dict[tuple[str, int], int] = {}
        for award in found.decision.awards:
            key = (award.unit, award.precision)
            totals[key] = totals.get(key, 0) + award.amount
        return self.render(
            "tally/decision.html",
            found=found,
            known={name: value for name, value in content.items() if name not in ABOUT},
            items=items[:ITEMS_MOST],
            columns=sorted({name for item in items[:ITEMS_MOST] for name in item}),
            item_count=len(items),
            versions=versions,
            totals=totals,
            outcomes={outcome.rule: outcome for outcome in found.decision.outcomes},
        )
