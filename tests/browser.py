"""Debian's Chromium, driven by Selenium: nothing is downloaded, nothing outside is reached."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from tests.requirements import missing

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",
    # A page that asks for anything elsewhere fails, and its console says so.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@contextmanager
def open_chromium(profile: Path, *, width: int = 1440, height: int = 900) -> Iterator[Chrome]:
    """A browser whose own folder is the empty ``profile``; its window's size is in CSS pixels."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        missing("chromium", "Chromium or its driver", "apt-get install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = Chrome(options=options, service=ChromeService(executable_path=driver))
    try:
        yield chrome
    finally:
        chrome.quit()


def console_problems(chrome: Chrome) -> list[str]:
    """What the page's console said at the levels of warning and error since last asked."""
    return [
        entry["message"]
        for entry in chrome.get_log("browser")  # type: ignore[no-untyped-call]
        if entry["level"] in {"WARNING", "SEVERE"}
    ]


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Chrome]:
    """A browser that has never been anywhere."""
    with open_chromium(tmp_path / "chromium") as chrome:
        yield chrome
