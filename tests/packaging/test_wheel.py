"""A wheel is the whole product: what is not Python is in it too, and it runs from anywhere."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("admin", "app", "dsl", "grammar", "rules_library")
# The bundles come of these, and replace them.
LEFT_OUT = (PurePosixPath("admin/editor"),)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, made with the locked build tools."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    (built,) = folder.glob("tallystick-*-py3-none-any.whl")
    return built


def carried(wheel: Path) -> set[PurePosixPath]:
    """The files of the packages in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = {PurePosixPath(name) for name in archive.namelist()}
    return {name for name in names if name.parts[0] in PACKAGES}


def test_the_wheel_carries_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    there = {
        PurePosixPath(path.relative_to(ROOT).as_posix())
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected = {path for path in there if not any(out in path.parents for out in LEFT_OUT)}

    assert carried(wheel) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "admin/static/built/app.js",
        "admin/static/built/charts.js",
        "admin/static/built/editor.js",
        "admin/static/built/tabler.min.css",
        "admin/static/built/tabler.min.js",
        "admin/templates/**/*.html",
        "app/migrations/versions/*.py",
        "app/translations/**/*",
        "dsl/meaning/messages/en.toml",
        "grammar/core.lark",
        "grammar/en.lark",
        "rules_library/*.rules",
        "rules_library/*.cases.yaml",
    ],
)
def test_the_wheel_carries(wheel: Path, pattern: str) -> None:
    # A file may lie in the folder itself or deeper.
    shapes = {pattern, pattern.replace("**/", "")}

    assert [name for name in carried(wheel) if any(name.match(shape) for shape in shapes)]


def test_the_installed_wheel_checks_its_library_away_from_the_checkout(
    wheel: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    install = ["install", "--quiet", "--no-deps", "--no-index", "--target", str(site), str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *install], check=True)
    library = site / "rules_library"
    environment = {**os.environ, "PYTHONPATH": str(site)}

    where = subprocess.run(
        [sys.executable, "-c", "import app, dsl, admin; print(app.__file__)"],
        env=environment,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    checked = subprocess.run(
        [sys.executable, str(site / "bin/tally"), "check", *map(str, library.glob("*.rules"))],
        env=environment,
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    assert Path(where.stdout.strip()).is_relative_to(site)
    assert checked.returncode == 0, checked.stdout + checked.stderr
