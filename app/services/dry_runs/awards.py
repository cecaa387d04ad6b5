"""The awards of a dry run as a file: Parquet, CSV or JSON lines, a row each."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from app.services.errors import NotFound
from dsl.engine.columns import DryRun
from dsl.engine.columns.awards import STATUSES, Awards

COLUMNS = ("event_id", "at", "customer_id", "rule", "unit", "text", "amount", "status")
FORMATS = (".parquet", ".csv", ".jsonl")
DIGITS = 38


def write_awards(run: DryRun, file: Path) -> None:
    """Write the awards, in the order they were decided; see write_table."""
    write_table(awards_table(run), file)


def write_table(table: pa.Table, file: Path) -> None:
    """Write a table of awards or of changes; the file's ending says how.

    Raises NotFound where that is no format.
    """
    match file.suffix.lower():
        case ".parquet":
            pyarrow.parquet.write_table(table, file)
        case ".csv":
            pyarrow.csv.write_csv(_spelled(table), file)
        case ".jsonl":
            with file.open("w", encoding="utf-8") as out:
                for row in _spelled(table).to_pylist():
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
        case _:
            known = ", ".join(FORMATS)
            raise NotFound("%(file)s ends in none of %(known)s.", file=file, known=known)


def awards_table(run: DryRun) -> pa.Table:
    """A row an award: event_id, at, customer_id, rule, unit, text, amount, status.

    `event_id` is empty of what fell due without an event, `text` what a thing is called.
    """
    awards = run.awards.ordered
    rows = pa.array(awards.rows, mask=awards.rows < 0)
    texts = pa.array(awards.texts, mask=awards.texts < 0)
    return pa.table(
        {
            "event_id": run.history.ids.take(rows),
            "at": pa.array(awards.at, pa.timestamp("us", "UTC")),
            "customer_id": _named(pa.array(awards.customers), run.customer_ids),
            "rule": _named(pa.array(awards.rules), run.rule_names),
            "unit": _named(pa.array(awards.units), run.unit_names),
            "text": _named(texts, run.text_names),
            "amount": _exact(run, awards),
            "status": _named(pa.array(awards.statuses), STATUSES),
        }
    )


def _named(codes: pa.Array, names: tuple[str, ...]) -> pa.Array:
    return pa.array(names, pa.string()).take(codes)


def _exact(run: DryRun, awards: Awards) -> pa.Array:
    """The amounts as exact decimals, of as many places as the finest unit has."""
    finest = max(run.precisions.values(), default=0)
    precisions = np.array([run.precisions[name] for name in run.unit_names] or [0], np.int64)
    amounts = pa.array(awards.amounts).cast(pa.decimal128(19, 0))
    scaled = [
        pc.multiply(amounts, pa.scalar(Decimal(1).scaleb(-precision))).cast(
            pa.decimal128(DIGITS, finest)
        )
        for precision in range(finest + 1)
    ]
    own = precisions[awards.units] if len(awards) else awards.units
    return pc.choose(pa.array(own), *scaled)


def _spelled(table: pa.Table) -> pa.Table:
    """Times as ISO 8601 with their offset, amounts without trailing zeros."""
    spelled = table.set_column(1, "at", pc.strftime(table["at"], "%Y-%m-%dT%H:%M:%S%z"))
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            amounts = [f"{one.normalize():f}" for one in table[field.name].to_pylist()]
            spelled = spelled.set_column(place, field.name, pa.array(amounts, pa.string()))
    return spelled
