"""One rule's way in a browser: typed, previewed, submitted, approved, and paid by a purchase."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser import console_problems, open_chromium
from tests.e2e.conftest import GOLD, PASSWORD, Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SENTENCE = "on purchase where amount >= 200 award 2x points to gold"
MOST_SECONDS = 30


class Screen:
    """A browser at the product: looks for things until they are there."""

    def __init__(self, chrome: Chrome, served: Served, pictures: Path) -> None:
        self.chrome, self.served, self.pictures = chrome, served, pictures

    def open(self, path: str) -> None:
        """Go to a page."""
        self.chrome.get(self.served.url + path)

    def find(self, selector: str, text: str = "") -> WebElement:
        """The first visible element of a selector whose text has this in it."""

        def there(_chrome: Chrome) -> WebElement | None:
            for element in self.chrome.find_elements(By.CSS_SELECTOR, selector):
                if element.is_displayed() and text in element.text:
                    return element
            return None

        waiting = WebDriverWait(
            self.chrome, MOST_SECONDS, ignored_exceptions=[StaleElementReferenceException]
        )
        found = waiting.until(there, f"nothing like {selector!r} says {text!r}")
        assert found is not None
        return found

    def show(self, name: str) -> None:
        """Keep a picture, and see that the page has nothing to complain of."""
        self.chrome.save_screenshot(str(self.pictures / f"{name}.png"))
        assert console_problems(self.chrome) == [], name

    def sign_in(self, role: str) -> None:
        """Come in as the person of a role, whoever was here before."""
        self.chrome.delete_all_cookies()
        self.open("/login")
        self.find("#email").send_keys(f"{role}@example.com")
        self.find("#password").send_keys(PASSWORD)
        self.find("form .btn-primary").click()
        self.find(".topbar-person", f"The {role}")

    def is_as_wide_as_its_window(self) -> bool:
        """True where nothing has to be scrolled sideways."""
        script = "return document.documentElement.scrollWidth <= window.innerWidth"
        return bool(self.chrome.execute_script(script))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures are kept: the folder TALLY_SCREENSHOTS, else one that goes away."""
    folder = Path(os.environ.get("TALLY_SCREENSHOTS") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def screen(chromium: Chrome, served: Served, pictures: Path) -> Screen:
    """A wide window."""
    return Screen(chromium, served, pictures)


@pytest.fixture
def narrow_screen(served: Served, pictures: Path, tmp_path: Path) -> Iterator[Screen]:
    """A window of 800 pixels."""
    with open_chromium(tmp_path / "narrow", width=800, height=1000) as chrome:
        yield Screen(chrome, served, pictures)


def test_a_sentence_goes_from_typing_to_points(screen: Screen) -> None:
    screen.open("/")
    screen.show("01-sign-in")
    screen.sign_in("marketer")
    screen.find(".rule-sentence", "on purchase award 1 point per 1 spent")
    screen.show("02-rules")

    _write(screen)
    packet = _submit(screen)
    _approve(screen, packet)
    _earn(screen)


def test_a_form_that_does_not_run_live_yet_is_told_and_not_submitted(screen: Screen) -> None:
    screen.open("/")
    screen.sign_in("marketer")
    screen.find("a.btn", "New rule").click()
    screen.find("[data-name]").send_keys("Birthday")
    editor = screen.find(".cm-content")
    editor.click()
    editor.send_keys("on birthday award 5 points", Keys.ESCAPE)
    screen.find("[data-status]", "1 hint")
    assert "live decisions do not run" in screen.find("[data-problems]").text
    assert not screen.find("[data-submit]").is_enabled()

    editor.send_keys(Keys.CONTROL, "a")
    editor.send_keys("on purchase award 5 points", Keys.ESCAPE)
    screen.find("[data-status].is-good")
    assert screen.find("[data-submit]").is_enabled()


def _write(screen: Screen) -> None:
    """Type the sentence with a slip in it, take the fix, and see what it would have done."""
    screen.find("a.btn", "New rule").click()
    screen.find("[data-name]").send_keys("Gold double")
    editor = screen.find(".cm-content")
    editor.click()
    editor.send_keys("on pur")
    screen.find(".cm-tooltip-autocomplete", "purchase")
    screen.show("03-completion")
    editor.send_keys(SENTENCE.removeprefix("on pur").replace("amount", "amout"), Keys.ESCAPE)
    slip = screen.find(".cm-lintRange-error", "amout")
    assert screen.find("[data-status]", "1 error").text == "1 error"
    assert not screen.find("[data-submit]").is_enabled()
    ActionChains(screen.chrome).move_to_element(slip).perform()
    screen.find(".cm-diagnostic", "there is no")
    screen.show("04-slip")
    screen.find(".cm-diagnosticAction", "amount").click()

    screen.find("[data-status].is-good")
    assert screen.find(".cm-content").text == SENTENCE
    screen.find(".preview:not(.is-stale) [data-preview-own]", "By itself the rule pays")
    assert screen.find("[data-figure=points] .figure-change").text.startswith("+")
    assert screen.find("[data-figure=customers] .figure-change").text == "no change"
    screen.find(".preview-chart svg")
    assert "2x points to gold" in screen.find(".sample.is-paid").text
    screen.find("[data-saved]", "Draft saved")
    screen.show("05-preview")


def _submit(screen: Screen) -> str:
    """Ask for approval; the author sees the packet without the button."""
    screen.find("[data-submit]").click()
    screen.find("#submit-note").send_keys("Gold customers should notice that they are gold.")
    screen.show("06-submit")
    screen.find("#submit-now").click()
    screen.find(".card-text", "somebody else decides on it")
    screen.find(".preview:not(.is-stale) [data-preview-own]")
    screen.show("07-packet-of-the-author")
    assert not screen.chrome.find_elements(By.CSS_SELECTOR, "button[value=approve]")
    return screen.chrome.current_url.removeprefix(screen.served.url)


def _approve(screen: Screen, packet: str) -> None:
    """Find it in the queue, read the packet, put it live."""
    screen.sign_in("approver")
    screen.find(".nav-link", "Approvals").click()
    screen.find(".rule-row", "The marketer asked for approval")
    screen.show("08-queue")
    screen.open(packet)
    screen.find(".preview:not(.is-stale) [data-preview-own]")
    screen.find(".card-text.is-good", "No problems")
    screen.find("#note").send_keys("Within the budget.")
    screen.show("09-packet")
    screen.find("button[value=approve]").click()
    screen.find(".content-title .status", "Live")
    screen.find(".timeline-list", "The marketer asked for approval")
    screen.show("10-live")


def _earn(screen: Screen) -> None:
    """A purchase sent with the key pays base and doubled points, and the pages say why."""
    answer = screen.served.purchase("till-1", GOLD, 250)

    assert answer.status == 200, answer.data
    awards = {award["rule"]: award["amount"] for award in answer.json()["awards"]}
    assert awards == {"Base": 250, "Gold double": 250}

    screen.open(f"/p/corner-grocery/customers/customer?id={GOLD}")
    screen.find(".content-title .tier", "gold")
    row = screen.find(".ledger tbody tr", "Gold double")
    assert "+250 points: 2x points to gold on a base of 250 points" in row.text
    screen.show("11-customer")
    row.find_element(By.CSS_SELECTOR, ".why-link").click()
    assert "2x points to gold" in screen.find("[data-rule='Gold double'].is-paid").text
    assert "1 point per 1 spent" in screen.find("[data-rule='Base'].is-paid").text
    screen.find(".content-lead", "+500 points")
    screen.show("12-why")


def test_two_who_write_at_once_lose_nothing(screen: Screen) -> None:
    screen.sign_in("marketer")
    screen.find("a.rule-sentence").click()
    rule = screen.chrome.current_url.removeprefix(screen.served.url)
    screen.find("[data-status].is-good")
    first = screen.chrome.current_window_handle
    screen.chrome.switch_to.new_window("tab")
    screen.open(rule)
    screen.find("[data-status].is-good")
    screen.find(".cm-content").send_keys(Keys.CONTROL, Keys.END, Keys.NULL, " # theirs")
    screen.find("[data-saved]", "Draft saved")

    screen.chrome.switch_to.window(first)
    screen.find(".cm-content").send_keys(Keys.CONTROL, Keys.END, Keys.NULL, " # mine")
    assert "# theirs" in screen.find("[data-conflict]", "saved another draft meanwhile").text
    assert "# mine" in screen.find(".cm-content").text
    screen.chrome.get_log("browser")  # type: ignore[no-untyped-call] # the refusal is logged as an error
    screen.show("13-conflict")
    screen.find("[data-conflict] .btn", "Keep mine").click()
    screen.find("[data-saved]", "Draft saved")
    screen.open(rule)

    assert "# mine" in screen.find(".cm-content").text


def test_every_page_fits_a_narrow_window_and_complains_of_nothing(narrow_screen: Screen) -> None:
    screen = narrow_screen
    screen.sign_in("admin")
    program = "/p/corner-grocery"
    pages = {
        "rules": f"{program}/rules/",
        "rule": f"{program}/rules/1/",
        "studio": f"{program}/studio/1/",
        "approvals": f"{program}/approvals/",
        "packet": f"{program}/approvals/1/",
        "customers": f"{program}/customers/",
        "customer": f"{program}/customers/customer?id={GOLD}",
        "decision": f"{program}/decisions/?event=b1",
        "program": f"{program}/program/",
        "keys": f"{program}/keys/",
        "programs": "/programs/",
        "users": "/users/",
        "new-user": "/users/new",
        "user": "/users/1/",
        "password": "/account/password",
    }

    for name, path in pages.items():
        screen.open(path)
        screen.find(".content-title")
        if name in ("studio", "packet"):
            screen.find(".preview:not(.is-stale) [data-preview-own]")
        screen.show(f"narrow-{name}")
        assert screen.is_as_wide_as_its_window(), name
