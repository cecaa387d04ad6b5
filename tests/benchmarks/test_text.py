from benchmarks import text


def test_the_table_has_a_line_for_each_thing_that_is_read() -> None:
    table = text.measure(many=24, runs=1, quick_runs=2)
    assert len(table.rows) == 5
    assert all(len(row) == len(table.columns) for row in table.rows)
