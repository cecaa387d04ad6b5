"""Results of dry runs in folders, to be held against others later.

A folder has `answer.json`, the answer as it was told, and `awards.parquet`, every award.
"""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from app.history.files import UnreadableFile
from app.services.dry_runs.awards import COLUMNS
from app.services.dry_runs.comparing import Json, Result

ANSWER, AWARDS = "answer.json", "awards.parquet"
# What of an answer says which program it is of, over what.
ABOUT = ("program", "data", "version", "from", "through", "segment")


def about(answer: Json) -> Json:
    """Which program an answer is of, over what."""
    return {name: answer[name] for name in ABOUT if name in answer}


def save(folder: Path, answer: Json, awards: pa.Table) -> None:
    """Write a result; raises FileExistsError where there is one, which is not written over."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ANSWER).open("x", encoding="utf-8") as out:
        out.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    pyarrow.parquet.write_table(awards, folder / AWARDS)


def load(folder: Path) -> Result:
    """A result that was saved; raises UnreadableFile."""
    try:
        answer = json.loads((folder / ANSWER).read_text("utf-8"))
        awards = pyarrow.parquet.read_table(folder / AWARDS)
        found = Result(about(answer), answer["rules"], answer["totals"], awards)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(folder, "not a saved dry run") from error
    if awards.column_names != list(COLUMNS):
        raise UnreadableFile(folder, "saved by another version of tally")
    return found
