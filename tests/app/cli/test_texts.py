"""Programs in files are checked and formatted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.cli.conftest import Tally

GOOD = 'rule "r":\n  on purchase\n  award 1 point per 1 spent\n'
CROOKED = 'RULE "r" : ON purchase award 1 point  per 1 spent # mine\n'
WRONG = 'rule "r": on purchase where amont > 5 award 1 point per 1 spent\n'
WARNED = 'rule "r": on purchase award 1 point per 1 spent through 2001-01-01\n'


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "p.rules"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_problem_is_shown_under_its_word(tally: Tally, tmp_path: Path) -> None:
    path = written(tmp_path, WRONG)
    result = tally("check", path)
    assert result.exit_code == 1
    assert f"{path}:1:29: error:" in result.stdout
    assert "\n                              ^^^^^\n" in result.stdout
    assert "did you mean `amount`?" in result.stdout
    assert result.stderr == "1 error\n"


def test_problems_are_listed_for_programs(tally: Tally, tmp_path: Path) -> None:
    path = written(tmp_path, WRONG)
    result = tally("check", path, "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)
    assert found.pop("message")
    assert found.pop("help")
    assert found == {
        "file": str(path),
        "line": 1,
        "column": 29,
        "end_line": 1,
        "end_column": 34,
        "severity": "error",
        "code": "unknown-name",
        "suggestion": "amount",
    }


def test_a_good_program_has_no_problems(tally: Tally, tmp_path: Path) -> None:
    result = tally("check", written(tmp_path, GOOD))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no problems\n")


def test_warnings_are_findings_only_where_asked(tally: Tally, tmp_path: Path) -> None:
    path = written(tmp_path, WARNED)
    assert tally("check", path).exit_code == 0
    assert "1 warning" in tally("check", path).stderr
    assert tally("check", "--strict", path).exit_code == 1


def test_a_text_may_come_from_stdin(tally: Tally) -> None:
    assert "<stdin>:1:29" in tally("check", "-", stdin=WRONG).stdout
    assert tally("fmt", "-", stdin=CROOKED).stdout.startswith('rule "r":')


def test_a_file_is_written_canonically_once(tally: Tally, tmp_path: Path) -> None:
    path = written(tmp_path, CROOKED)
    path.chmod(0o640)
    assert tally("fmt", "--check", path).exit_code == 1
    assert path.read_text() == CROOKED
    assert tally("fmt", path).exit_code == 0
    text = path.read_text()
    assert "# mine" in text
    assert text.endswith("\n")
    assert path.stat().st_mode & 0o777 == 0o640
    again = tally("fmt", "--check", path)
    assert (again.exit_code, again.stdout) == (0, "")
    assert tally("fmt", path).exit_code == 0
    assert path.read_text() == text


def test_a_file_that_does_not_parse_stays_as_it_is(tally: Tally, tmp_path: Path) -> None:
    path = written(tmp_path, 'rule "r": on purchase award\n')
    result = tally("fmt", path)
    assert result.exit_code == 1
    assert "[syntax]" in result.stderr
    assert path.read_text() == 'rule "r": on purchase award\n'


@pytest.mark.parametrize("command", ["check", "fmt"])
def test_a_file_that_is_no_text_is_told(tally: Tally, tmp_path: Path, command: str) -> None:
    result = tally(command, written(tmp_path, b"\xff\xfe"))
    assert result.exit_code == 1
    assert "is not UTF-8 text" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["check"], ["check", "nowhere.rules"], ["chek", "x"], ["fmt", "--chek", "x"]]
)
def test_wrong_usage_is_two(tally: Tally, arguments: list[str]) -> None:
    assert tally(*arguments).exit_code == 2


def test_checking_loads_neither_web_nor_database(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    script = (
        "import sys\n"
        "from app.cli import main\n"
        f"try:\n    main(['check', {str(path)!r}])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "slow = {'flask', 'sqlalchemy', 'numpy', 'pyarrow', 'rich'}\n"
        "assert not slow & sys.modules.keys(), slow & sys.modules.keys()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stderr


def test_a_file_that_is_no_text_leaves_the_others_their_turn(tally: Tally, tmp_path: Path) -> None:
    (tmp_path / "a.rules").write_bytes(b"\xff")
    (tmp_path / "b.rules").write_text("on purchase award 1 pont", encoding="utf-8")
    files = tmp_path / "a.rules", tmp_path / "b.rules"
    checked = tally("check", "--json", *files)
    assert checked.exit_code == 1
    assert [one["code"] for one in json.loads(checked.stdout)] == ["not-text", "unknown-name"]
    written = tally("fmt", *files)
    assert (written.exit_code, "a.rules is not UTF-8 text" in written.stderr) == (1, True)
    assert files[0].read_bytes() == b"\xff"
    assert files[1].read_text(encoding="utf-8") == "on purchase\naward 1 pont\n"


def test_an_empty_file_is_canonical(tally: Tally, tmp_path: Path) -> None:
    (tmp_path / "a.rules").write_bytes(b"")
    assert tally("fmt", "--check", tmp_path / "a.rules").exit_code == 0
    assert tally("fmt", tmp_path / "a.rules").exit_code == 0
    assert (tmp_path / "a.rules").read_bytes() == b""
