"""A desk with staff for the tests, and a browser's part in signing in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fastapi.testclient import TestClient

from tipqa_desk.accounts import add_member
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.settings import Settings

PASSWORDS = {
    "Edda": "a quiet lake in May",
    "Rolf": "seven grey herons here",
    "Rana": "salt on old wood",
}
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def make_desk(folder: Path, database: str | None = None, **settings: object) -> Desk:
    """A desk with Edda, an editor, and Rolf and Rana, reviewers."""
    desk = open_desk(Settings(desk=folder, desk_database=database, **settings))  # type: ignore[arg-type]
    with desk.session() as session:
        for name, password in PASSWORDS.items():
            add_member(session, name, "editor" if name == "Edda" else "reviewer", password)
    return desk


@dataclass
class Browser:
    """A client that fills forms in as a browser does."""

    client: TestClient

    def sign_in(self, name: str, password: str | None = None) -> None:
        page = self.client.get("/desk/sign-in").text
        form = {"name": name, "password": password or PASSWORDS[name], "csrf": csrf(page)}
        answer = self.client.post("/desk/sign-in", data=form, follow_redirects=False)
        assert answer.status_code == 303, answer.text

    def send(self, path: str, **fields: str | int):
        """Post a form with the token of the page that it stands on."""
        page = self.client.get("/desk").text
        return self.client.post(path, data={"csrf": csrf(page), **fields}, follow_redirects=False)


def csrf(page: str) -> str:
    """The token of a page's forms."""
    found = _CSRF.search(page)
    assert found, "the page has no form"
    return found[1]
