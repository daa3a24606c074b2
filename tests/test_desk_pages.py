"""The desk over HTTP: who may see and do what, and the way of an inquiry to its answer."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from desks import PASSWORDS, Browser, csrf, make_desk
from tipqa.search import Index
from tipqa_api import create_app
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.inquiries import receive
from tipqa_desk.models import Asked, Inquiry, Message
from tipqa_desk.settings import Settings

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"


@pytest.fixture
def desk(tmp_path: Path, database: str | None) -> Iterator[Desk]:
    desk = make_desk(tmp_path / "desk", desk_database=database)
    yield desk
    desk.close()


@pytest.fixture
def client(index: Index, desk: Desk) -> TestClient:
    return TestClient(create_app(index, desk=desk))


@pytest.fixture
def edda(client: TestClient) -> Browser:
    browser = Browser(client)
    browser.sign_in("Edda")
    return browser


@pytest.fixture
def rolf(index: Index, client: TestClient) -> Browser:
    browser = Browser(TestClient(client.app))
    browser.sign_in("Rolf")
    return browser


@pytest.fixture
def number(desk: Desk) -> int:
    receive(desk, "How many fish farms were visited in Norway?", "Kim", "kim@example.org")
    with desk.session() as session:
        return session.scalars(select(Inquiry.id)).one()


def inquiry(desk: Desk, number: int) -> Inquiry:
    with desk.session() as session:
        return session.get_one(Inquiry, number)


def drafted(edda: Browser, desk: Desk, number: int) -> None:
    """An inquiry with a quotation and its question restated, given to a second reader."""
    path = f"/desk/inquiries/{number}"
    edda.send(f"{path}/pick", passage="norway-2024#p1")
    edda.send(f"{path}/restate", restated="How many fish farms did Norway's inspectors visit?")
    assert edda.send(f"{path}/submit", version=inquiry(desk, number).version).status_code == 303


def test_without_staff_the_first_page_says_how(index: Index, tmp_path: Path) -> None:
    """A desk that has no accounts tells how to make one."""
    desk = open_desk(Settings(desk=tmp_path / "empty"))
    client = TestClient(create_app(index, desk=desk))
    for path in ("/desk", "/desk/sign-in"):
        assert "tipqa desk user add" in client.get(path).text
    desk.close()


def test_nothing_is_shown_to_those_who_are_not_signed_in(client: TestClient, number: int) -> None:
    """Each page of the desk leads to signing in, and back to it afterwards."""
    paths = [route.path for route in client.app.routes if route.path.startswith("/desk")]  # type: ignore[attr-defined]
    assert len(paths) > 12
    for path in paths:
        if path.startswith("/desk/sign-in"):
            continue
        path = path.replace("{number}", str(number))
        for method in ("GET", "POST"):
            answer = client.request(method, path, follow_redirects=False)
            assert answer.status_code in (303, 405), (method, path)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/desk/sign-in?next=%2Fdesk")
            assert "fish farms" not in answer.text


def test_signing_in_leads_back(client: TestClient, number: int) -> None:
    """To the page that was asked for, of the desk alone."""
    asked = client.get(f"/desk/inquiries/{number}")
    page = asked.text
    assert f'name="next" value="/desk/inquiries/{number}"' in page
    for away in ("https://evil.example", "//evil.example", "/desk//evil.example", "/\\evil"):
        assert (
            'name="next" value="/desk"' in client.get("/desk/sign-in", params={"next": away}).text
        )


def test_cookies_are_signed_and_kept_from_scripts(client: TestClient) -> None:
    """HttpOnly, SameSite, for the desk alone, Secure over https; a forged one is nobody's."""
    page = client.get("/desk/sign-in").text
    form = {"name": "Edda", "password": PASSWORDS["Edda"], "csrf": csrf(page)}
    answer = client.post("/desk/sign-in", data=form, follow_redirects=False)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("tipqa_desk="))
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/desk" in cookie
    held = client.cookies["tipqa_desk"]
    client.cookies.clear()
    forged = ("A" if held[0] != "A" else "B") + held[1:]
    client.cookies.set("tipqa_desk", forged, path="/desk")
    assert client.get("/desk", follow_redirects=False).status_code == 303
    secure = TestClient(client.app, base_url="https://testserver")
    assert "Secure" in secure.get("/desk/sign-in").headers["set-cookie"]


def test_a_session_is_new_at_each_sign_in_and_ends_at_sign_out(
    client: TestClient, edda: Browser
) -> None:
    """What an attacker may have set before is worth nothing after; nor is what was used."""
    before = client.cookies["tipqa_desk"]
    edda.sign_in("Edda")
    after = client.cookies["tipqa_desk"]
    assert before != after
    for old in (before,):
        stranger = TestClient(client.app, cookies={"tipqa_desk": old})
        assert stranger.get("/desk", follow_redirects=False).status_code == 303
    assert edda.send("/desk/sign-out").status_code == 303
    stranger = TestClient(client.app, cookies={"tipqa_desk": after})
    assert stranger.get("/desk", follow_redirects=False).status_code == 303


def test_guessing_passwords_ends_after_five(client: TestClient) -> None:
    """For a name that is known and one that isn't alike, and the right one waits as well."""
    told = {}
    for name in ("Edda", "Nobody"):
        answers = []
        for _ in range(6):
            page = client.get("/desk/sign-in").text
            form = {"name": name, "password": "wrong wrong wrong", "csrf": csrf(page)}
            answers.append(client.post("/desk/sign-in", data=form).text)
        assert "do not go together" in answers[4]
        told[name] = re.search(r'role="alert">([^<]+)<', answers[5])[1]  # type: ignore[index]
    assert told["Edda"] == told["Nobody"]
    assert "Wait a quarter of an hour" in told["Edda"]
    page = client.get("/desk/sign-in").text
    form = {"name": "Edda", "password": PASSWORDS["Edda"], "csrf": csrf(page)}
    assert client.post("/desk/sign-in", data=form).status_code == 403


def test_forms_from_elsewhere_do_nothing(
    client: TestClient, edda: Browser, desk: Desk, number: int
) -> None:
    """Each form needs the token of its own session; signing in needs one as well."""
    path = f"/desk/inquiries/{number}"
    for name in "pick draft assign restate submit return sign send hand-over close reopen".split():
        for fields in ({}, {"csrf": ""}, {"csrf": "x" * 43}):
            assert client.post(f"{path}/{name}", data=fields).status_code == 403, name
    assert inquiry(desk, number).state == "new"
    assert client.post("/desk/sign-out", data={}).status_code == 403
    stranger = TestClient(client.app)
    form = {"name": "Edda", "password": PASSWORDS["Edda"], "csrf": "x" * 43}
    assert stranger.post("/desk/sign-in", data=form, follow_redirects=False).status_code == 403


def test_from_question_to_mail_by_two(
    edda: Browser, rolf: Browser, desk: Desk, number: int
) -> None:
    """An editor drafts from passages, a reviewer signs, the answer goes out with its references."""
    path = f"/desk/inquiries/{number}"
    found = edda.client.get(f"{path}/find").text
    assert "The labour inspectorate visited 240 fish farms" in found
    edda.send(f"{path}/pick", passage="norway-2024#p1", q="fish farms")
    page = edda.client.get(path).text
    assert "[@norway-2024#p1]" in page
    assert "Assigned to <bdi>Edda</bdi>" in page
    assert "Put the question in the desk" in page
    edda.send(f"{path}/restate", restated="How many fish farms did inspectors visit?")
    assert edda.send(f"{path}/submit", version=inquiry(desk, number).version).status_code == 303
    assert "Sign it off" not in edda.client.get(path).text
    assert "Sign it off" in rolf.client.get(path).text
    version = inquiry(desk, number).version
    assert rolf.send(f"{path}/sign", version=version).status_code == 303
    assert edda.send(f"{path}/send").status_code == 303
    assert inquiry(desk, number).state == "answered"
    with desk.session() as session:
        answer = session.scalars(select(Message).where(Message.kind == "answer")).one()
    assert (answer.recipient, answer.state) == ("kim@example.org", "sent")
    mail = next(desk.mail_folder.glob("*-answer.eml")).read_text()
    assert "240 fish farms" in mail and "Labour Inspectorate. Annual Report. 2023." in mail
    packet = edda.client.get(f"{path}/packet.json").json()
    assert "kim" not in str(packet).lower()
    assert edda.client.get(f"{path}/answer.docx").content[:2] == b"PK"
    reference = inquiry(desk, number).reference
    status = edda.client.post("/inquire/status", data={"reference": reference}).text
    assert "240 fish farms" in status and "Labour Inspectorate" in status


def test_a_second_reader_signs_and_only_that(
    edda: Browser, rolf: Browser, desk: Desk, number: int
) -> None:
    """No editor signs, no reviewer their own, nobody sends what isn't signed or has changed."""
    path = f"/desk/inquiries/{number}"
    drafted(edda, desk, number)
    version = inquiry(desk, number).version
    assert edda.send(f"{path}/sign", version=version).status_code == 403
    assert edda.send(f"{path}/send").status_code == 422
    assert rolf.send(f"{path}/sign", version=version - 1).status_code == 422
    text = inquiry(desk, number).draft
    assert (
        rolf.send(f"{path}/draft", draft="Good day,\n\n" + text, version=version).status_code == 303
    )
    edda.send(f"{path}/submit", version=inquiry(desk, number).version)
    version = inquiry(desk, number).version
    assert rolf.send(f"{path}/sign", version=version).status_code == 403  # has written at it
    rana = Browser(TestClient(edda.client.app))
    rana.sign_in("Rana")
    assert rana.send(f"{path}/sign", version=version).status_code == 303
    text = inquiry(desk, number).draft
    edda.send(f"{path}/draft", draft=text + "\nMore.\n", version=version)
    assert inquiry(desk, number).signed_id is None
    assert edda.send(f"{path}/send").status_code == 422
    with desk.session() as session:
        assert session.scalars(select(Message).where(Message.kind == "answer")).all() == []


def test_a_quotation_edited_away_is_marked_and_stops(
    edda: Browser, desk: Desk, number: int
) -> None:
    """One changed figure in a quotation is shown, and the draft can't be submitted."""
    path = f"/desk/inquiries/{number}"
    edda.send(f"{path}/pick", passage="norway-2024#p1")
    edda.send(f"{path}/restate", restated="How many?")
    held = inquiry(desk, number)
    edda.send(f"{path}/draft", draft=held.draft.replace("240", "420"), version=held.version)
    page = edda.client.get(path).text
    assert "<strong>To mend</strong>" in page and "420" in page
    refused = edda.send(f"{path}/submit", version=inquiry(desk, number).version)
    assert refused.status_code == 422 and "The draft has flaws" in refused.text


def test_nothing_written_is_lost_when_two_write(
    edda: Browser, rolf: Browser, desk: Desk, number: int
) -> None:
    """Whoever saves second is told, and has the text before them still."""
    path = f"/desk/inquiries/{number}"
    assert edda.send(f"{path}/draft", draft="First.", version=0).status_code == 303
    second = rolf.send(f"{path}/draft", draft="Second.", version=0)
    assert second.status_code == 422
    assert "was changed meanwhile" in second.text and ">Second.</textarea>" in second.text
    assert inquiry(desk, number).draft == "First."


def test_a_reader_sends_back_with_a_reason(
    edda: Browser, rolf: Browser, desk: Desk, number: int
) -> None:
    """The reason stands in the trail, and the draft is open again."""
    drafted(edda, desk, number)
    path = f"/desk/inquiries/{number}"
    assert rolf.send(f"{path}/return", why=" ").status_code == 422
    assert rolf.send(f"{path}/return", why="Add the year.").status_code == 303
    page = edda.client.get(path).text
    assert "Add the year." in page and "Give it to a second reader" in page


def test_hostile_text_stays_text_on_every_page(edda: Browser, rolf: Browser, desk: Desk) -> None:
    """Whatever a visitor or a member writes is text: on pages, in the preview, in the trail."""
    receive(desk, HOSTILE, "<b>Kim</b>", "")
    with desk.session() as session:
        number = session.scalars(select(Inquiry.id)).one()
    path = f"/desk/inquiries/{number}"
    edda.send(f"{path}/restate", restated=HOSTILE)
    edda.send(f"{path}/draft", draft=HOSTILE + "\n\n> " + HOSTILE + " [@x#p1]", version=0)
    edda.send(f"{path}/submit", version=inquiry(desk, number).version)
    edda.send(f"{path}/return", why=HOSTILE)
    pages = [path, f"{path}/print", f"{path}/find", f"{path}/find?q={HOSTILE}&country={HOSTILE}"]
    for page in ("/desk", *pages, f"/desk?state={HOSTILE}"):
        text = edda.client.get(page, headers={"Accept": "text/html"}).text
        assert "<script>alert" not in text and "<img src" not in text, page
        assert 'href="javascript:' not in text and "<b>Kim" not in text, page


def test_numbers_that_are_no_inquiry(edda: Browser) -> None:
    """Another number is a plain 404, a word a 422."""
    for number in ("999", "0", "-1", "99999999999999999999"):
        assert edda.client.get(f"/desk/inquiries/{number}").status_code == 404, number
    assert edda.client.get("/desk/inquiries/x").status_code == 422


def test_queue_by_state_and_member(edda: Browser, desk: Desk, number: int) -> None:
    """New ones first by age; narrowed by state and by whom they are assigned to."""
    receive(desk, "Another question about Chile")
    page = edda.client.get("/desk").text
    assert page.index("fish farms") < page.index("about Chile")
    edda.send(f"/desk/inquiries/{number}/draft", draft="Text.", version=0)
    mine = edda.client.get("/desk?of=me").text
    assert "fish farms" in mine and "about Chile" not in mine
    drafting = edda.client.get("/desk?state=drafting").text
    assert "fish farms" in drafting and "about Chile" not in drafting
    assert "There is none." in edda.client.get("/desk?state=closed").text
    assert edda.send(f"/desk/inquiries/{number}/close").status_code == 303
    assert "fish farms" in edda.client.get("/desk?state=closed").text
    assert edda.send(f"/desk/inquiries/{number}/reopen").status_code == 303
    assert inquiry(desk, number).state == "drafting"


def test_what_is_asked_in_vain_is_counted_without_words(edda: Browser, desk: Desk) -> None:
    """By page and by API; not what is answered, nor what reads as one's own danger."""
    for question in (
        "Who won the football match in Norway?",
        "How many fish farms did inspectors visit in Norway?",
        "my boss took my passport and locked me in, football",
    ):
        edda.client.get("/search", params={"q": question})
    edda.client.get("/v1/ask", params={"q": "Who won the football match in Kenya?"})
    with desk.session() as session:
        counted = {(one.country, one.count) for one in session.scalars(select(Asked))}
        kept = [str(vars(one)) for one in session.scalars(select(Asked))]
    assert counted == {("NOR", 1), ("KEN", 1)}
    assert "football" not in str(kept)
    page = edda.client.get("/desk/missing")
    assert page.status_code == 200 and "There is nothing to show" in page.text
    assert edda.client.get("/desk/missing?from=2026-01&to=2026-10&format=csv").status_code == 200
    assert edda.client.get("/desk/missing?from=yesterday").status_code == 422


def test_an_inquiry_like_one_before_shows_its_answer(
    edda: Browser, rolf: Browser, desk: Desk, number: int
) -> None:
    """What was answered and is alike is offered beside a new inquiry."""
    path = f"/desk/inquiries/{number}"
    drafted(edda, desk, number)
    rolf.send(f"{path}/sign", version=inquiry(desk, number).version)
    edda.send(f"{path}/hand-over")
    receive(desk, "How many fish farms did Norway's inspectors visit?")
    page = edda.client.get(f"/desk/inquiries/{number + 1}").text
    assert "Answered before, and alike" in page and f'href="{path}"' in page
    assert "stale" not in page


def test_a_second_click_does_not_overwrite_anothers_draft(
    edda: Browser, rolf: Browser, desk: Desk, number: int
) -> None:
    """The page that tells of the conflict sends the old version again, and is refused again."""
    path = f"/desk/inquiries/{number}"
    edda.send(f"{path}/draft", draft="First.", version=0)
    told = rolf.send(f"{path}/draft", draft="Second.", version=0).text
    form = told[told.index('id="writing"') :]
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version and version[1] == "0"
    assert rolf.send(f"{path}/submit", draft="Second.", version=version[1]).status_code == 422
    assert inquiry(desk, number).draft == "First."


def test_a_question_put_anew_is_read_anew(
    edda: Browser, rolf: Browser, desk: Desk, number: int
) -> None:
    """Who signs must have seen the question as it is; who put it does not sign."""
    drafted(edda, desk, number)
    path = f"/desk/inquiries/{number}"
    seen = inquiry(desk, number).version
    edda.send(f"{path}/restate", restated="How many fish farms were inspected?")
    assert rolf.send(f"{path}/sign", version=seen).status_code == 422
    rolf.send(f"{path}/restate", restated="How many farms were inspected?")
    assert rolf.send(f"{path}/sign", version=inquiry(desk, number).version).status_code == 403
    assert inquiry(desk, number).signed_id is None


def test_the_letters_heading_follows_the_question(edda: Browser, desk: Desk, number: int) -> None:
    """As long as it stands there as the desk put it."""
    path = f"/desk/inquiries/{number}"
    edda.send(f"{path}/restate", restated="How many (fish) farms?")
    edda.send(f"{path}/pick", passage="norway-2024#p1")
    edda.send(f"{path}/restate", restated="How many farms?")
    assert inquiry(desk, number).draft.startswith("## How many farms?\n")


def test_what_stays_for_good_names_no_visitor(edda: Browser, desk: Desk, number: int) -> None:
    """A draft or question with the visitor's address or name is not submitted."""
    path = f"/desk/inquiries/{number}"
    edda.send(f"{path}/restate", restated="How many fish farms?")
    edda.send(f"{path}/pick", passage="norway-2024#p1")
    whole = inquiry(desk, number)
    for words, what in (("Dear Kim,", "name"), ("To KIM@example.org:", "address")):
        fields = {"draft": f"{words}\n\n{whole.draft}", "version": inquiry(desk, number).version}
        refused = edda.send(f"{path}/submit", **fields)
        assert refused.status_code == 422
        assert f"visitor&#39;s {what} stands in the draft" in refused.text
    assert inquiry(desk, number).state in ("new", "drafting")


def test_an_edited_quotation_is_marked_in_a_docx(edda: Browser, desk: Desk, number: int) -> None:
    """And a draft that nobody signed off says so."""
    path = f"/desk/inquiries/{number}"
    edda.send(f"{path}/pick", passage="norway-2024#p1")
    held = inquiry(desk, number)
    edda.send(f"{path}/draft", draft=held.draft.replace("240", "420"), version=held.version)
    file = docx.Document(io.BytesIO(edda.client.get(f"{path}/answer.docx").content))
    text = "\n".join(paragraph.text for paragraph in file.paragraphs)
    assert "A draft: not signed off." in text and "Not verbatim" in text


def test_a_draft_is_given_back_where_the_session_ended(edda: Browser, number: int) -> None:
    """Signed out, or with an old form: what was written is on the page."""
    path = f"/desk/inquiries/{number}/draft"
    old = edda.client.post(path, data={"csrf": "x", "draft": "Long work.", "version": 0})
    edda.client.cookies.clear()
    out = edda.client.post(path, data={"csrf": "x", "draft": "Long work.", "version": 0})
    for answer in (old, out):
        assert answer.status_code == 403 and ">Long work.</textarea>" in answer.text


def test_a_long_draft_in_any_script_is_taken(edda: Browser, desk: Desk, number: int) -> None:
    """As long as a draft may be, though forms make nine signs of one."""
    text = "報" * 59_000
    assert edda.send(f"/desk/inquiries/{number}/draft", draft=text, version=0).status_code == 303
    assert inquiry(desk, number).draft == text
    page = edda.client.post(
        "/inquire", data={"question": "x" * 900_000}, headers={"Accept": "text/html"}
    )
    assert page.status_code == 413 and "This is too long" in page.text


def test_who_is_closed_without_an_answer_is_told(edda: Browser, desk: Desk, number: int) -> None:
    """By mail, where there is an address."""
    edda.send(f"/desk/inquiries/{number}/close")
    mail = next(desk.mail_folder.glob("*-closed.eml")).read_text()
    assert "without an answer" in mail and "fish" not in mail
