"""Somebody at a browser, without the browser: pages, forms and a script's questions."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Visitor:
    """A client that sends the token of the last page with what it posts, as the pages do."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""

    def opened(self, path: str) -> Visitor:
        """Look at a page first."""
        assert self.get(path).status_code == 200
        return self

    def get(self, path: str) -> TestResponse:
        """A page; its token is kept."""
        answer = self.client.get(path)
        found = re.search(r'name="csrf-token" content="([^"]+)"', answer.text)
        if found:
            self.token = html.unescape(found.group(1))
        return answer

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data={"csrf_token": self.token, **fields})

    def ask(self, path: str, **fields: object) -> TestResponse:
        """Ask as a page's script does."""
        return self.client.post(path, json=fields, headers={"X-CSRFToken": self.token})

    def text(self, path: str) -> str:
        """What a page says, without its markup, its white space in one."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return plain(answer)


def plain(answer: TestResponse) -> str:
    """What an answer says to people."""
    body = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", answer.text)
    body = re.sub(r"</?(span|strong|code|ins|del|a|time)\b[^>]*>", "", body)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
