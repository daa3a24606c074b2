"""The newsletter: who gets it, what is in it, and that each gets it once."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from sqlalchemy import func, select, update

from conftest import REPOSITORY
from desks import Mailbox, mail_server, make_desk
from newsletters import (
    EDDA,
    RANA,
    ROLF,
    URL,
    Corpus,
    part,
    read,
    sign_off,
    subscribe,
    subscribe_many,
    token_in,
    waiting,
)
from tipqa.errors import GenerationError, QueryError, TipqaError
from tipqa_desk import issue_text, issues, keeping, newsletter, subscribers, whats_new
from tipqa_desk.answering import NotYours
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.mail import again, deliver
from tipqa_desk.models import Asking, Issue, Message, Subscriber, now
from tipqa_desk.settings import Settings

MANY = 500


@pytest.fixture
def desk(tmp_path: Path, database: str | None) -> Iterator[Desk]:
    """With staff, over both databases."""
    desk = make_desk(
        tmp_path / "desk",
        desk_database=database,
        url=URL,
        newsletter_rate=100_000,
        newsletter_pause=0,
    )
    yield desk
    desk.close()


@pytest.fixture
def changing(corpus: Path, tmp_path: Path) -> Corpus:
    return Corpus(corpus, tmp_path)


@pytest.fixture
def november(desk: Desk, changing: Corpus) -> Issue:
    """An issue of what changed since October's."""
    issues.build(desk, changing.index, "2026-10")
    changing.change()
    made = issues.build(desk, changing.index, "2026-11")
    assert made
    return made


def held(desk: Desk) -> list[str]:
    """The addresses that are anywhere in the newsletter's tables and mails."""
    with desk.session() as session:
        emails = list(session.scalars(select(Subscriber.email)))
        recipients = session.scalars(select(Message.recipient).where(Message.recipient != ""))
        return emails + list(recipients)


def test_nobody_is_subscribed_without_confirming(desk: Desk) -> None:
    """The mail has a link; only what it leads to subscribes, by the countries asked for."""
    subscribers.sign_up(desk, "Kim@Example.org", {"NOR": "Norway"}, URL)
    (mail,) = waiting(desk)
    assert mail["To"] == "Kim@example.org"
    assert "on Norway" in " ".join(mail.get_content().split())
    with desk.session() as session:
        assert subscribers.count(session) == 0
        assert not subscribers.confirm(session, "x" * 32)
        assert subscribers.confirm(session, token_in(mail))
        assert subscribers.confirm(session, token_in(mail)), "pressed twice"
        (found,) = subscribers.confirmed(session)
    assert (found.email, found.countries) == ("Kim@example.org", ["NOR"])


def test_one_mail_an_address_a_day(desk: Desk) -> None:
    """Whoever asks and however it is written, at the same moment or after leaving, too."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: subscribers.sign_up(desk, "kim@example.org", None, URL), range(8)))
    subscribers.sign_up(desk, "KIM@EXAMPLE.ORG", None, URL)
    (mail,) = waiting(desk)
    with desk.session() as session:
        subscribers.confirm(session, token_in(mail))
        (kim,) = subscribers.confirmed(session)
        link = subscribers.leave_url(desk, kim, URL)
    assert subscribers.leave(desk, link.rpartition("/")[2])
    subscribers.sign_up(desk, "kim@example.org", None, URL)
    assert held(desk) == []
    with desk.session() as session:
        session.execute(update(Asking).values(at=now() - timedelta(hours=25)))
    subscribers.sign_up(desk, "kim@example.org", None, URL)
    assert len(waiting(desk)) == 1


def test_a_subscriber_changes_countries_by_signing_up_again(desk: Desk) -> None:
    """A stranger who signs the address up changes nothing."""
    subscribe(desk, "kim@example.org", {"NOR": "Norway"})
    with desk.session() as session:
        session.execute(update(Asking).values(at=now() - timedelta(hours=25)))
    subscribers.sign_up(desk, "kim@example.org", {"CHL": "Chile"}, URL)
    with desk.session() as session:
        (kim,) = subscribers.confirmed(session)
        assert kim.countries == ["NOR"]
        subscribers.confirm(session, token_in(waiting(desk)[-1]))
        assert kim.countries == ["CHL"]


def test_an_address_that_is_not_confirmed_is_forgotten(desk: Desk) -> None:
    """After a week, with its mail; the link is no longer good then."""
    subscribers.sign_up(desk, "kim@example.org", None, URL)
    token = token_in(waiting(desk)[0])
    deliver(desk)
    with desk.session() as session:
        session.execute(update(Subscriber).values(since=now() - timedelta(days=7, seconds=1)))
        assert not subscribers.confirm(session, token)
    keeping.purge(desk)
    assert held(desk) == []
    assert list(desk.mail_folder.iterdir()) == []


def test_leaving_leaves_nothing(desk: Desk, november: Issue) -> None:
    """The address is gone from every table and file; another's link does nothing."""
    subscribe(desk, "kim@example.org")
    subscribe(desk, "lee@example.org")
    sign_off(desk, "2026-11")
    newsletter.send(desk)
    with desk.session() as session:
        kim = session.scalars(select(Subscriber).where(Subscriber.email == "kim@example.org")).one()
        token = subscribers.leave_url(desk, kim, URL).rpartition("/")[2]
    assert not subscribers.leave(desk, token.swapcase())
    assert subscribers.leave(desk, token)
    assert not subscribers.leave(desk, token)
    assert "kim@example.org" not in held(desk)
    assert "lee@example.org" in held(desk)
    deliver(desk)
    keeping.purge(desk)
    desk.close()
    for file in desk.settings.desk.rglob("*"):
        if file.is_file():
            assert b"kim@example.org" not in file.read_bytes(), file


def test_whoever_leaves_while_an_issue_goes_out_gets_none(desk: Desk, november: Issue) -> None:
    """A mail that waits for them is not sent."""
    subscribe(desk, "kim@example.org")
    deliver(desk)
    sign_off(desk, "2026-11")
    with desk.session() as session:
        issue = issues.issue_of(session, "2026-11")
        issues.mark_sent(session, issue)
        newsletter._queue(desk, session, issue, URL)
        (kim,) = subscribers.confirmed(session)
        token = subscribers.leave_url(desk, kim, URL).rpartition("/")[2]
    subscribers.leave(desk, token)
    assert newsletter.send(desk, "2026-11").counts == {}
    assert not list(desk.mail_folder.glob("*newsletter*"))


def test_a_person_is_shown_the_subscription_and_erased(desk: Desk) -> None:
    """As `tipqa desk export` and `erase` do."""
    subscribe(desk, "kim@example.org", {"NOR": "Norway"})
    with desk.session() as session:
        document = keeping.export(session, "KIM@example.org")
    assert document["newsletter"]["countries"] == ["NOR"]
    assert document["newsletter"]["confirmed"]
    keeping.erase(desk, "KIM@example.org")
    assert held(desk) == []


def test_the_first_issue_names_what_there_is(desk: Desk, changing: Corpus) -> None:
    """There is nothing to compare with yet."""
    made = issues.build(desk, changing.index, "2026-10")
    assert made and made.content["first"]
    assert [one["name"] for one in made.content["countries"]] == ["Atlantis", "Chile", "Norway"]
    assert "first issue" in issue_text.text(made.content, "")


def test_an_issue_tells_what_changed(november: Issue) -> None:
    """Old sentences beside new ones with their sources, new profiles, new sources, by country."""
    norway, peru = november.content["countries"]
    assert (norway["name"], peru["name"]) == ("Norway", "Peru")
    assert [one["id"] for one in peru["profiles"]] == ["peru-2026"]
    (profile,) = norway["changed"]
    (first,) = (c for p in profile["paragraphs"] for c in p["changes"])
    old, new = ("".join(words for words, _ in first[side]["pieces"]) for side in ("old", "new"))
    assert "240 fish farms" in old and "310 fish farms" in new
    assert [words for words, other in first["new"]["pieces"] if other] == ["310"]
    assert first["old"]["rests"] == ["Labour Inspectorate. Annual Report. 2023."]
    assert first["new"]["rests"] == ["Labour Inspectorate. Annual Report. 2025."]
    assert [one["told"] for one in norway["sources"]] == [
        "Labour Inspectorate. Annual Report. 2025."
    ]
    for told in (issue_text.text(november.content, ""), issue_text.html(november.content, "")):
        assert "Peru: an example, 2026" in told
        assert "Annual Report. 2023." in told and "Annual Report. 2025." in told
    assert "<del>240</del>" in issue_text.html(november.content, "")


def test_compared_with_the_issue_before_and_no_other(desk: Desk, changing: Corpus) -> None:
    """What October told, November does not; an issue made again compares as it did."""
    issues.build(desk, changing.index, "2026-10")
    changing.change()
    for anew in (False, True):
        made = issues.build(desk, changing.index, "2026-11", anew=anew)
        assert made and len(made.content["countries"]) == 2
    made = issues.build(desk, changing.index, "2026-12")
    assert made and made.content == {"first": False, "countries": []}
    assert "Nothing is new" in issue_text.text(made.content, "")
    since = desk.settings.desk / "newsletter" / "2026-10.sqlite"
    made = issues.build(desk, changing.index, "2026-12", since=since, anew=True)
    assert made and len(made.content["countries"]) == 2


def test_without_news_there_is_no_issue_where_none_is_wanted(
    changing: Corpus, tmp_path: Path
) -> None:
    """A setting; nothing is kept of it."""
    desk = make_desk(tmp_path / "quiet", newsletter_when_nothing="none")
    assert issues.build(desk, changing.index, "2026-10")
    assert issues.build(desk, changing.index, "2026-11") is None
    with desk.session() as session:
        assert [one.month for one in issues.issues(session)] == ["2026-10"]
    desk.close()


@pytest.mark.parametrize("month", ["2026", "2026-13", "../x", "2026-11\n", ""])
def test_a_month_is_a_month(desk: Desk, changing: Corpus, month: str) -> None:
    """Anything else is told."""
    with pytest.raises(QueryError, match="2026-11"):
        issues.build(desk, changing.index, month)


def test_what_can_not_be_compared_is_told(desk: Desk, changing: Corpus, tmp_path: Path) -> None:
    """No index, and no state to compare with."""
    (tmp_path / "no.sqlite").write_text("no database")
    with pytest.raises(GenerationError):
        issues.build(desk, tmp_path / "nothing", "2026-11")
    with pytest.raises(GenerationError):
        issues.build(desk, changing.index, "2026-11", since=tmp_path / "no.sqlite")


def test_cuts_leave_out_what_they_name(november: Issue) -> None:
    """A country, a profile, a paragraph, sources; a country with nothing left is gone."""
    content = november.content

    def names(*cuts: str) -> list[str]:
        return [one["name"] for one in whats_new.without(content, cuts)["countries"]]

    assert names() == ["Norway", "Peru"]
    assert names("NOR") == ["Peru"]
    assert names("peru-2026", "PER sources") == ["Norway"]
    cut = whats_new.without(content, ["NOR sources"])
    assert cut["countries"][0]["sources"] == [] and cut["countries"][0]["changed"]
    paragraph = content["countries"][0]["changed"][0]["paragraphs"][0]["key"]
    assert names(paragraph, "NOR sources") == ["Peru"]
    assert names(*whats_new.keys(content)) == []


def test_a_mail_is_short_however_much_is_new(november: Issue) -> None:
    """Each profile and country has its share; the rest is counted, and on the page."""
    norway = november.content["countries"][0]
    changed = {**norway["changed"][0]}
    changed["paragraphs"] = changed["paragraphs"] * 30
    long = {**norway, "changed": [changed] * 7, "sources": norway["sources"] * 90}
    content = {"first": False, "countries": [long]}
    text = issue_text.text(issue_text.shortened(content), "")
    html = issue_text.html(issue_text.shortened(content), "", URL, f"{URL}/newsletter/2026-11")
    assert text.count("310 fish farms") == html.count("<ins>310</ins>") == 7 * 8
    assert text.count("22 more changed.") == 7 and "And 70 more new sources." in text
    assert f'<a href="{URL}/newsletter/2026-11">22 more changed</a>' in html
    many = {"first": False, "countries": [long] * 100}
    assert "fish" not in issue_text.text(issue_text.shortened(many), "")


def test_two_people_sign_an_issue_off(desk: Desk, november: Issue) -> None:
    """A reviewer who has not written at it, as it is; an edit takes the signature away."""
    with desk.session() as session:
        issue = issues.issue_of(session, "2026-11")
        issues.edit(session, issue, "Dear readers", ["PER"], 0, EDDA)
        with pytest.raises(QueryError, match="meanwhile"):
            issues.edit(session, issue, "Mine", [], 0, ROLF)
        with pytest.raises(QueryError, match="not in review"):
            issues.sign(session, issue, 1, RANA)
        issues.submit(session, issue, ROLF)
        for who in (EDDA, ROLF):
            with pytest.raises(NotYours):
                issues.sign(session, issue, 1, who)
        with pytest.raises(QueryError, match="changed since"):
            issues.sign(session, issue, 0, RANA)
        issues.sign(session, issue, 1, RANA)
        assert (issue.state, issue.signed_id) == ("signed", RANA.id)
        issues.edit(session, issue, "Dear reader", ["PER"], 1, EDDA)
        assert (issue.state, issue.signed_id) == ("draft", None)


def test_only_what_is_signed_off_goes_out(desk: Desk, changing: Corpus, november: Issue) -> None:
    """And then it stays as it is."""
    with pytest.raises(QueryError, match="no issue to send"):
        newsletter.send(desk)
    with pytest.raises(QueryError, match="second reader"):
        newsletter.send(desk, "2026-11")
    sign_off(desk, "2026-11")
    newsletter.send(desk)
    with pytest.raises(QueryError, match="stays as it is"):
        issues.build(desk, changing.index, "2026-11", anew=True)
    with desk.session() as session, pytest.raises(QueryError, match="went out"):
        issues.edit(session, issues.issue_of(session, "2026-11"), "x", [], 0, EDDA)


def test_without_an_address_nothing_goes_out(changing: Corpus, tmp_path: Path) -> None:
    """Nobody could unsubscribe."""
    desk = make_desk(tmp_path / "lost")
    issues.build(desk, changing.index, "2026-10")
    sign_off(desk, "2026-10")
    with pytest.raises(TipqaError, match="TIPQA_URL"):
        newsletter.send(desk)
    desk.close()


def test_a_mail_has_what_its_reader_asked_for(desk: Desk, november: Issue) -> None:
    """Text and HTML, by country; RFC 8058's headers; a link to leave; the note escaped."""
    subscribe(desk, "all@example.org")
    subscribe(desk, "peru@example.org", {"PER": "Peru"})
    subscribe(desk, "chile@example.org", {"CHL": "Chile"})
    deliver(desk)
    with desk.session() as session:
        note = "Dear readers,\n\n<script>alert(1)</script> & all"
        issues.edit(session, issues.issue_of(session, "2026-11"), note, [], 0, EDDA)
    sign_off(desk, "2026-11")
    assert newsletter.send(desk).counts == {"sent": 3}
    files = desk.mail_folder.glob("*newsletter.eml")
    mails = {mail["To"].partition("@")[0]: mail for mail in (read(f.read_bytes()) for f in files)}
    for mail in mails.values():
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = re.fullmatch(rf"<({URL}/newsletter/leave/[\w-]{{32}})>", mail["List-Unsubscribe"])
        assert link
        for kind in ("plain", "html"):
            assert link[1] in part(mail, kind)
            assert f"{URL}/newsletter/2026-11" in part(mail, kind)
            assert "Dear readers," in part(mail, kind)
        assert "<script>" not in part(mail, "html")
    assert len({mail["List-Unsubscribe"] for mail in mails.values()}) == 3
    assert "310 fish farms" in " ".join(part(mails["all"], "plain").split())
    assert f'href="{URL}/profiles/norway-2024#p1"' in part(mails["all"], "html")
    assert "fish" not in part(mails["peru"], "html") and "31 people" not in str(mails["peru"])
    assert "Peru: an example" in part(mails["peru"], "plain")
    assert "Nothing is new" in part(mails["chile"], "plain")


class Holding(Mailbox):
    """Notes who got what, and may be told to break off or put off."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.got: list[str] = []
        self.asked: Counter[str] = Counter()
        self.busy: set[str] = set()
        self.broken: set[str] = set()
        self.stalled: set[str] = set()

    async def handle_RCPT(
        self, server: Any, session: object, envelope: Envelope, address: str, options: object
    ) -> str:
        self.asked[address] += 1
        if address in self.busy:
            return "451 try later"
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: object, envelope: Envelope) -> str:
        address = envelope.rcpt_tos[0]
        self.got.append(address)
        if address in self.broken:
            server.transport.abort()
        if address in self.stalled:
            await asyncio.sleep(3)
        return "250 taken"


def environment(desk: Desk, box: Mailbox) -> dict[str, str]:
    told = {"TIPQA_DESK_DATABASE": url} if (url := desk.settings.desk_database) else {}
    return {
        **os.environ,
        **told,
        "PYTHONPATH": f"{REPOSITORY / 'src'}{os.pathsep}{REPOSITORY / 'api'}",
        "TIPQA_DESK": str(desk.settings.desk),
        "TIPQA_URL": URL,
        "TIPQA_SMTP_URL": box.url,
        "TIPQA_SMTP_PATIENCE": "1",
        "TIPQA_NEWSLETTER_RATE": "100000",
        "TIPQA_NEWSLETTER_PAUSE": "0",
    }


def start(desk: Desk, box: Mailbox) -> subprocess.Popen[str]:
    """`tipqa newsletter send`, as a program of its own."""
    command = [sys.executable, "-c", "from tipqa.cli import main; main()", "newsletter", "send"]
    return subprocess.Popen(
        [*command, "--addresses"],
        env=environment(desk, box),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def states(desk: Desk) -> Counter[str]:
    with desk.session() as session:
        counted = select(Message.state, func.count()).group_by(Message.state)
        return Counter(dict(session.execute(counted).all()))  # type: ignore[arg-type]


def test_killed_in_the_middle_it_goes_on(desk: Desk, november: Issue) -> None:
    """Kill -9 among 500, four times: each gets it once, but for one in flight, which is named."""
    emails = subscribe_many(desk, MANY)
    sign_off(desk, "2026-11")
    with mail_server(Holding) as box:
        kills = 0
        for stop in (1, 120, 250, 400):
            running = start(desk, box)
            while len(box.got) < stop and running.poll() is None:
                time.sleep(0.005)
            assert running.poll() is None, running.communicate()
            running.kill()
            running.communicate()
            kills += 1
        assert 400 <= len(box.got) < MANY
        out, err = (last := start(desk, box)).communicate(timeout=240)
        assert "Traceback" not in err
        with desk.session() as session:
            unknown = set(
                session.scalars(select(Message.recipient).where(Message.state == "unknown"))
            )
        assert len(unknown) <= kills
        got = Counter(box.got)
        assert set(got.values()) == {1}, "someone got it twice"
        assert set(emails) - set(got) <= unknown, "someone was left out and not named"
        for address in unknown:
            assert f"unknown, to {address}: the program ended" in out
        assert last.returncode == (1 if unknown else 0)
        assert states(desk) == Counter(sent=MANY - len(unknown)) + Counter(unknown=len(unknown))
        before = len(box.got)
        nothing = start(desk, box)
        nothing.communicate(timeout=60)
        assert len(box.got) == before, "what is sent is sent"


def test_two_at_the_same_time_send_once(desk: Desk, november: Issue) -> None:
    """The second finds the first at it."""
    emails = subscribe_many(desk, 60)
    sign_off(desk, "2026-11")
    with mail_server(Holding) as box:
        both = [start(desk, box), start(desk, box)]
        for one in both:
            one.communicate(timeout=120)
        start(desk, box).communicate(timeout=60)
        assert Counter(box.got) == Counter(emails)


def test_a_server_in_trouble_mails_nobody_twice(
    desk: Desk, november: Issue, tmp_path: Path
) -> None:
    """Refused, put off, stalled, dropped after the text: each is named or goes once."""
    emails = subscribe_many(desk, 40)
    with desk.session() as session:
        for email in emails[:3]:
            named = f"nobody-{email}"
            session.execute(update(Subscriber).where(Subscriber.email == email).values(email=named))
    sign_off(desk, "2026-11")
    with mail_server(Holding) as box:
        box.busy, box.broken, box.stalled = {emails[9]}, {emails[15]}, {emails[21]}
        first = start(desk, box)
        out, _ = first.communicate(timeout=120)
        assert first.returncode == 1
        assert "34 mails sent, of 40" in out and "1 wait" in out
        for email in emails[:3]:
            assert f"failed, to nobody-{email}: 550 no such mailbox" in out
        for email in (emails[15], emails[21]):
            assert f"unknown, to {email}: the line broke after the text" in out
        box.busy = box.broken = box.stalled = set()
        with desk.session() as session:
            session.execute(update(Message).values(due=now() - timedelta(minutes=1)))
        start(desk, box).communicate(timeout=120)
        assert Counter(box.got) == Counter(emails[3:])
        with desk.session() as session:  # a person looked, and has one sent again
            unknown = session.scalars(select(Message).where(Message.state == "unknown")).first()
            assert unknown
            again(session, unknown.id)
        start(desk, box).communicate(timeout=120)
        assert Counter(box.got)[unknown.recipient] == 2


def test_a_server_that_takes_none_is_left_alone(desk: Desk, november: Issue) -> None:
    """After five in a row; the others wait untouched."""
    emails = subscribe_many(desk, 30)
    sign_off(desk, "2026-11")
    with mail_server(Holding) as box:
        box.busy = set(emails)
        out, _ = start(desk, box).communicate(timeout=120)
        assert "0 mails sent, of 30" in out and "30 wait" in out
        assert sum(box.asked.values()) == 5
        box.busy = set()
        start(desk, box).communicate(timeout=120)
        assert Counter(box.got) == Counter(emails[5:])


def test_it_keeps_to_a_rate(november: Issue, desk: Desk) -> None:
    """600 a minute are ten a second."""
    subscribe_many(desk, 8)
    sign_off(desk, "2026-11")
    slow = open_desk(
        Settings(
            desk=desk.settings.desk,
            desk_database=desk.settings.desk_database,
            url=URL,
            newsletter_rate=600,
            newsletter_pause=0,
        )
    )
    begun = time.monotonic()
    assert newsletter.send(slow).counts == {"sent": 8}
    assert time.monotonic() - begun >= 0.7
    slow.close()
