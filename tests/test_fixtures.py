"""The fixtures give what they say: otherwise everything built on them could pass for nothing."""

from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from sqlalchemy import func, inspect, select

from app.db import connect
from app.models.base import Base
from app.models.users import User
from tests.browser import console_problems
from tests.postgres import Server
from tests.requirements import missing


def test_a_database_is_a_copy_of_its_template_and_goes_away(postgres_server: Server) -> None:
    template = postgres_server.create()
    with psycopg.connect(postgres_server.url(template)) as connection:
        connection.execute("CREATE TABLE tallies AS SELECT 'héllo' AS word")

    copy = postgres_server.create(template)
    with psycopg.connect(postgres_server.url(copy)) as connection:
        assert connection.execute("SELECT word FROM tallies").fetchall() == [("héllo",)]
        postgres_server.drop(copy)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    postgres_server.drop(template)


def test_a_database_is_as_the_migrations_leave_it(database_url: str) -> None:
    engine = connect(database_url)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {
            *Base.metadata.tables,
            "alembic_version",
        }
        assert connection.scalar(select(func.count()).select_from(User)) == 0
    engine.dispose()


def test_an_empty_database_has_no_table(empty_database_url: str) -> None:
    engine = connect(empty_database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


@pytest.mark.browser
def test_chromium_runs_scripts_and_reports_what_their_console_says(
    chromium: Chrome, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<p id=p></p><script>p.textContent = 1 + 1; console.error('out of chalk')</script>",
        encoding="utf-8",
    )

    chromium.get(f"file://{quote(str(page))}")

    assert chromium.find_element(By.ID, "p").text == "2"
    assert [line for line in console_problems(chromium) if "out of chalk" in line]
    assert console_problems(chromium) == []


@pytest.mark.parametrize(
    ("required", "outcome"),
    [("", pytest.skip.Exception), ("chromium,chalk", pytest.fail.Exception)],
)
def test_what_is_missing_skips_unless_it_is_required(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("TALLY_REQUIRE", required)

    with pytest.raises(outcome, match="chalk is missing; install it with: apt-get install chalk"):
        missing("chalk", "chalk", "apt-get install chalk")
