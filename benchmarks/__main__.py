"""`python -m benchmarks` is `tally bench`."""

from app.cli.bench import bench

bench(prog_name="python -m benchmarks")
