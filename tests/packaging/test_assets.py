"""The editor is bundled where a source is newer, and only there."""

import os
import shutil
from pathlib import Path

import pytest

from hatch_build import OUTPUTS, SOURCES, build_assets

ROOT = Path(__file__).parents[2]
BUNDLES = {
    "app.js",
    "charts.js",
    "editor.js",
    "inter-latin-wght-normal.woff2",
    "jetbrains-mono-latin-wght-normal.woff2",
    "tabler.min.css",
    "tabler.min.js",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the editor's sources, which has the packages of this checkout."""
    modules = ROOT / SOURCES / "node_modules"
    without = shutil.ignore_patterns("node_modules")
    shutil.copytree(ROOT / SOURCES, tmp_path / SOURCES, ignore=without)
    if modules.is_dir():
        (tmp_path / SOURCES / "node_modules").symlink_to(modules)
    return tmp_path


def test_assets_are_bundled_once_and_again_after_a_change(checkout: Path) -> None:
    source, outputs = checkout / SOURCES / "src/app.js", checkout / OUTPUTS

    assert build_assets(checkout)
    assert {path.name for path in outputs.iterdir()} == BUNDLES
    assert not build_assets(checkout)

    source.write_text("document.title = 'counted twice';\n", encoding="utf-8")
    newer = max(path.stat().st_mtime for path in outputs.iterdir()) + 1
    os.utime(source, (newer, newer))
    (outputs / "gone.js").touch()

    assert build_assets(checkout)
    assert "counted twice" in (outputs / "app.js").read_text(encoding="utf-8")
    assert {path.name for path in outputs.iterdir()} == BUNDLES


def test_a_source_that_does_not_parse_ends_the_build_and_keeps_the_old_bundle(
    checkout: Path,
) -> None:
    build_assets(checkout)
    kept = (checkout / OUTPUTS / "app.js").read_bytes()
    source = checkout / SOURCES / "src/app.js"
    source.write_text("const = 1;\n", encoding="utf-8")
    os.utime(source, (source.stat().st_mtime + 10, source.stat().st_mtime + 10))

    with pytest.raises(SystemExit, match=r"src/app\.js:1:6"):
        build_assets(checkout)

    assert (checkout / OUTPUTS / "app.js").read_bytes() == kept
