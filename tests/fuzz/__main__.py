"""`python -m tests.fuzz`: generated programs and hostile texts in bulk, piece by piece.

Exit 1 with the least case that shows it on the first finding, 0 without one.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

import click

from tests.fuzz.runs import KINDS, Finding, Kind, Piece, run

# One piece; small enough to be told of every few seconds.
SIZES: dict[Kind, int] = {"mutated": 2000, "random": 2000, "programs": 100}
# Memory is flat: from its second piece on a process grows by no more than this.
MOST_GROWTH = 64 * 1024
FOUND = Path("build") / "fuzz"


@click.command()
@click.option("--programs", default=100_000, show_default=True, help="Programs with histories.")
@click.option("--mutated", default=1_000_000, show_default=True, help="Disturbed program texts.")
@click.option("--random", "noise", default=1_000_000, show_default=True, help="Texts of noise.")
@click.option("--seed", type=int, help="Begin as a run before did; else a new one is drawn.")
@click.option("--from", "first", default=0, help="Leave out the pieces before this number.")
@click.option("--jobs", default=2, show_default=True, help="Processes.")
def main(programs: int, mutated: int, noise: int, seed: int | None, first: int, jobs: int) -> None:
    """Hold the evaluators against each other, and hostile texts against parser and checker."""
    start = secrets.randbelow(1_000_000) if seed is None else seed
    counts: dict[Kind, int] = {"mutated": mutated, "random": noise, "programs": programs}
    pieces = [
        (kind, number, min(SIZES[kind], counts[kind] - number * SIZES[kind]))
        for kind in KINDS
        for number in range(-(-counts[kind] // SIZES[kind]))
    ]
    click.echo(f"seed {start}, {len(pieces)} pieces; a finding is written to {FOUND}/")
    begun, first_needs = time.monotonic(), dict[int, int]()
    seen: dict[int, int] = {}
    done: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    for place, piece in _finished(pieces[first:], start, jobs):
        done[piece.kind] += piece.count
        finding = piece.finding or _grown(piece, seen, first_needs)
        told = ", ".join(f"{done[kind]:,} of {counts[kind]:,} {kind}" for kind in KINDS)
        elapsed = time.monotonic() - begun
        where = f"go on with --seed {start} --from {first + place}"
        click.echo(f"{elapsed:8.0f} s  {told}  {piece.kilobytes // 1024} MB  ({where})")
        if finding is not None:
            _tell(finding, piece, start)
            sys.exit(1)


def _finished(
    pieces: list[tuple[Kind, int, int]], start: int, jobs: int
) -> Iterator[tuple[int, Piece]]:
    """Pieces as they are done, with how many from the first on are; few wait at a time."""
    with ProcessPoolExecutor(jobs) as pool:
        waiting: dict[Future[Piece], int] = {}
        left = enumerate(pieces)
        finished: set[int] = set()
        before = 0
        while True:
            while len(waiting) < 2 * jobs and (following := next(left, None)) is not None:
                place, (kind, number, count) = following
                waiting[pool.submit(run, kind, start, number, count)] = place
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                finished.add(waiting.pop(future))
                while before in finished:
                    before += 1
                yield before, future.result()


def _grown(piece: Piece, seen: dict[int, int], needs: dict[int, int]) -> Finding | None:
    """What tells that a process needs ever more memory for its texts."""
    if piece.kind == "programs":
        return None
    seen[piece.process] = seen.get(piece.process, 0) + 1
    # Caches fill with the first pieces.
    if seen[piece.process] == 2:
        needs[piece.process] = piece.kilobytes
    grown = piece.kilobytes - needs.get(piece.process, piece.kilobytes)
    return Finding(f"memory grew by {grown // 1024} MB", "") if grown > MOST_GROWTH else None


def _tell(finding: Finding, piece: Piece, start: int) -> None:
    click.echo(f"\n{piece.kind}, piece {piece.number} of seed {start}: {finding.what}", err=True)
    if finding.file:
        FOUND.mkdir(parents=True, exist_ok=True)
        path = FOUND / f"{piece.kind}-{start}-{piece.number}.yaml"
        path.write_text(finding.file, encoding="utf-8")
        click.echo(f"\n{finding.file}\nwritten to {path}", err=True)


if __name__ == "__main__":
    main()
