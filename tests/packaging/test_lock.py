"""The locks hold exact versions with hashes, and those answer to what pyproject.toml asks for."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BUILD: list[str] = PROJECT["build-system"]["requires"]
NEEDED: list[str] = PROJECT["project"]["dependencies"]
FOR_WORK: list[str] = [
    *BUILD,
    *(x for x in PROJECT["dependency-groups"]["dev"] if isinstance(x, str)),
]
PEERS: list[str] = PROJECT["dependency-groups"]["bench"]


def locked(lock: str) -> dict[str, tuple[str, list[str]]]:
    """By project: its version and the hashes of its files."""
    # A block is a line that names a version and the indented lines of hashes below it.
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8"))
    pins = (re.match(r"([\w.-]+)==(\S+)", block) for block in blocks)
    return {
        canonicalize_name(pin[1]): (pin[2], re.findall(r"--hash=sha256:([0-9a-f]{64})\b", block))
        for pin, block in zip(pins, blocks, strict=True)
        if pin
    }


@pytest.mark.parametrize(
    ("lock", "requirement"),
    [
        *(("requirements.lock", requirement) for requirement in NEEDED),
        *(("requirements-dev.lock", requirement) for requirement in [*NEEDED, *FOR_WORK]),
        *(("requirements-bench.lock", requirement) for requirement in PEERS),
    ],
)
def test_the_lock_answers_a_requirement(lock: str, requirement: str) -> None:
    wanted = Requirement(requirement)
    version, _hashes = locked(lock)[canonicalize_name(wanted.name)]

    assert wanted.specifier.contains(version)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_version_has_hashes(lock: str) -> None:
    assert [name for name, (_version, hashes) in locked(lock).items() if not hashes] == []


def test_the_product_runs_on_the_versions_it_is_tested_with() -> None:
    for_work = locked("requirements-dev.lock")

    assert [
        name
        for name, (version, _hashes) in locked("requirements.lock").items()
        if for_work[name][0] != version
    ] == []


def test_the_peers_change_no_version_that_the_product_is_tested_with() -> None:
    for_work = locked("requirements-dev.lock")

    assert [
        name
        for name, (version, _hashes) in locked("requirements-bench.lock").items()
        if name in for_work and for_work[name][0] != version
    ] == []


def test_no_peer_is_part_of_the_product() -> None:
    needed = {*locked("requirements.lock"), *locked("requirements-dev.lock")}

    assert [peer for peer in PEERS if canonicalize_name(Requirement(peer).name) in needed] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_the_editor_s_lock_has_a_hash_and_no_place_for_every_package() -> None:
    text = (ROOT / "admin/editor/package-lock.json").read_text(encoding="utf-8")
    packages = {name: p for name, p in json.loads(text)["packages"].items() if name}

    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []
