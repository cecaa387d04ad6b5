"""Cases on the reference, the naive evaluator that stands in a checkout beside the tests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from app.services.cases.case import AwardLine, Case, RefusalLine
from app.services.cases.outcome import Actual
from app.services.errors import NotFound
from dsl.meaning.checked import Program

REFERENCE = Path(__file__).parents[3] / "tests" / "reference"
# The name by which its modules import from each other; `tests` itself need not be found.
NAME = "tests.reference"


def load_reference(path: Path = REFERENCE) -> ModuleType:
    """The package of the naive evaluator, which stands in a checkout beside the tests."""
    front = path / "__init__.py"
    if not front.is_file():
        raise NotFound("The reference evaluator, %(path)s, comes with a checkout.", path=str(path))
    known = sys.modules.get(NAME)
    if known is not None and known.__file__ == str(front):
        return known
    spec = importlib.util.spec_from_file_location(
        NAME, front, submodule_search_locations=[str(path)]
    )
    if spec is None or spec.loader is None:
        raise NotFound("The reference evaluator, %(path)s, comes with a checkout.", path=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)
    return module


class ReferenceEngine:
    """The naive evaluator of a checkout."""

    def __init__(self, path: Path = REFERENCE) -> None:
        self._module = load_reference(path)

    def run(self, case: Case, programs: Sequence[Program]) -> Actual:  # noqa: ARG002 - it reads the texts
        """What the reference decides, event by event in the order of delivery."""
        exact = self._module.as_decimal
        versions = [(version.starts, version.text) for version in case.versions]
        reference = self._module.Reference(versions, case.secret, case.start)
        for opening in case.customers:
            reference.open(opening.id, opening.joined, opening.tier, opening.given)
        for raw in case.events:
            reference.deliver(raw)
        ends = case.ends
        if ends is None:
            return Actual()
        reference.finish(ends)
        return Actual(
            [
                AwardLine(
                    line.event,
                    line.at if line.event is None else None,
                    line.rule,
                    line.customer,
                    line.kind,
                    line.value if isinstance(line.value, str) else exact(line.value),
                    line.status,
                )
                for line in reference.lines
            ],
            {
                c: {u: exact(n) for u, n in held.items()}
                for c, held in reference.balances(ends).items()
            },
            reference.tiers(ends),
            [RefusalLine(r.event, r.rule, r.reason) for r in reference.refusals],
        )
