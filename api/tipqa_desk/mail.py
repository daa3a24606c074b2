"""Mails: queued with what they tell of, sent once, and named where that isn't sure."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formataddr, localtime, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from filelock import FileLock, Timeout
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from tipqa.errors import QueryError
from tipqa_desk.database import Desk
from tipqa_desk.models import Inquiry, Message, now
from tipqa_desk.pace import Pace

_AGAIN = (1, 5, 15, 60, 240, 720, 1440)  # minutes to the next try
_PORTS = {"smtp": 587, "smtps": 465}
# Shorter lines would have Python encode a long address in a header: nothing reads it then.
_LONG_HEADERS = policy.SMTP.clone(max_line_length=998)
_BULK = "newsletter"  # so many that others must not wait for them


class NotTaken(Exception):
    """A server did not take a mail: for good, or `later`; `unsure` where it may have it."""

    def __init__(self, told: str, *, later: bool = False, unsure: bool = False) -> None:
        super().__init__(told)
        self.later = later
        self.unsure = unsure


def checked_email(text: str) -> str:
    """An address as mail is sent to it.

    Raises:
        QueryError: it is none.
    """
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
        return found.ascii_email or found.normalized
    except EmailNotValidError as error:
        raise QueryError(
            f'the e-mail address "{text[:80]}" can\'t be used: {error} Give one as in '
            "name@example.org, or none."
        ) from error


def compose(
    desk: Desk,
    recipient: str,
    subject: str,
    text: str,
    *,
    html: str | None = None,
    headers: dict[str, str] | None = None,
) -> EmailMessage:
    """A mail as it goes out. Line breaks in what becomes a header are taken out."""
    name, address = parseaddr(_one_line(desk.settings.mail_from))
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = formataddr((name, address))
    mail["To"] = checked_email(recipient)
    mail["Subject"] = _one_line(subject)
    mail["Date"] = localtime()
    mail["Message-ID"] = make_msgid(domain=address.rpartition("@")[2] or "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    for header, value in (headers or {}).items():
        mail[header] = _one_line(value)
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    mail.policy = _LONG_HEADERS
    return mail


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def queue(
    session: Session, kind: str, mail: EmailMessage, inquiry: Inquiry | None = None
) -> Message:
    """Have a mail sent once the transaction is through."""
    if inquiry is not None and inquiry.id is None:
        session.flush()
    message = Message(
        kind=kind,
        recipient=mail["To"],
        content=mail.as_bytes(),
        inquiry_id=inquiry.id if inquiry else None,
    )
    session.add(message)
    return message


def masked(address: str) -> str:
    """An address as far as it helps to tell mails apart: its first sign, and its server."""
    return f"{address[:1]}…@{address.rpartition('@')[2]}" if address else ""


def deliver(desk: Desk, kind: str | None = None, pace: Pace | None = None) -> int:
    """Send what is waiting and due, or write it to the folder where no server is set.

    Each mail is marked as being sent before its server is called, and only one process
    sends at a time. So a mail found marked is one at which a former process ended: it is
    named `unknown` and not sent again by itself.

    Args:
        desk: open.
        kind: only these; without it all but newsletters.
        pace: at which to send; without it as fast as the server takes them.

    Returns:
        How many were sent; 0 where another process is sending.
    """
    lock = FileLock(desk.settings.desk / f"mail-{kind or 'all'}.lock", timeout=0)
    try:
        with lock, _server(desk) as server:
            _name_broken_off(desk, kind)
            return _deliver_all(desk, server, _due(desk, kind), pace)
    except Timeout:
        return 0


def _of(kind: str | None) -> ColumnElement[bool]:
    return Message.kind == kind if kind else Message.kind != _BULK


def _name_broken_off(desk: Desk, kind: str | None) -> None:
    with desk.session() as session:
        session.execute(
            update(Message)
            .where(Message.state == "sending", _of(kind))
            .values(state="unknown", fault="the program ended while it was being sent")
        )


def _due(desk: Desk, kind: str | None) -> list[int]:
    with desk.session() as session:
        wanted = select(Message.id).where(
            Message.state == "waiting", Message.due <= now(), _of(kind)
        )
        return list(session.scalars(wanted.order_by(Message.id)))


def _deliver_all(desk: Desk, server: _Server, numbers: Sequence[int], pace: Pace | None) -> int:
    sent = 0
    for done, number in enumerate(numbers, 1):
        if pace:
            pace.wait()
        state = _deliver_one(desk, server, number)
        sent += state == "sent"
        held_up = state in ("waiting", "unknown")
        if pace and not pace.goes_on(done, len(numbers), held_up=held_up):
            break
    return sent


def _deliver_one(desk: Desk, server: _Server, number: int) -> str | None:
    """Send a mail; its state after that, None where it was deleted before."""
    with desk.session() as session:
        taken = session.scalar(  # by one statement: another machine may send from the database
            update(Message)
            .where(Message.id == number, Message.state == "waiting")
            .values(state="sending", tries=Message.tries + 1)
            .returning(Message.id)
        )
        if taken is None:  # deleted since, or another's
            return None
        message = session.get_one(Message, number)
    fault: NotTaken | None = None
    try:
        server.send(message)
    except NotTaken as error:
        fault = error
    with desk.session() as session:
        kept = session.get(Message, number)
        if kept is None or kept.content is None:  # deleted while it was on its way
            file_of(desk, message).unlink(missing_ok=True)
        message = kept or message
        if fault is None:
            message.state, message.sent, message.content, message.fault = "sent", now(), None, None
        elif message.content is not None:
            _put_off(message, fault)
        if fault is not None:
            logging.getLogger("tipqa_desk").warning("mail %d is %s", number, message.state)
    return message.state


def file_of(desk: Desk, message: Message) -> Path:
    """Where a mail lies that no server was there to send."""
    return desk.mail_folder / f"{message.id:06}-{message.kind}.eml"


def number_of(path: Path) -> int | None:
    """The mail that a file holds, written in full or not."""
    number = path.name.lstrip(".").partition("-")[0]
    return int(number) if number.isdecimal() else None


def blank(message: Message) -> None:
    """Delete a mail's words and whom it is for; what waits is not sent.

    The row stays: its number must not go to another mail while this one is being sent.
    """
    message.recipient, message.content, message.fault = "", None, None  # a fault may name whom
    if message.state != "sent":
        message.state, message.fault = "failed", "deleted before it was sent"


def unsent(session: Session) -> list[Message]:
    """The mails that failed, and those of which nobody knows; the first one first.

    Those whose words were deleted can't be sent any more, and are left out.
    """
    wanted = select(Message).where(
        Message.state.in_(("failed", "unknown")), Message.content.is_not(None)
    )
    return list(session.scalars(wanted.order_by(Message.id)))


def again(session: Session, number: int) -> None:
    """Have a mail sent again that failed, or of which nobody knows.

    Raises:
        QueryError: it is none of these.
    """
    message = next((one for one in unsent(session) if one.id == number), None)
    if message is None:
        raise QueryError(f"mail {number} is none that failed. tipqa desk mail lists those.")
    message.state, message.tries, message.due = "waiting", 0, now()


def _put_off(message: Message, fault: NotTaken) -> None:
    message.fault = str(fault)[:500]
    if fault.unsure:
        message.state = "unknown"
    elif fault.later and message.tries <= len(_AGAIN):
        message.state = "waiting"
        message.due = now() + timedelta(minutes=_AGAIN[message.tries - 1])
    else:
        message.state = "failed"


class _Server:
    """Takes mails; connects at the first."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: Message) -> None:
        """Raises: NotTaken."""
        assert message.content is not None
        if self._desk.settings.smtp_url is None:
            self._write(message)
            return
        try:
            self._hand_over(self._connected(self._desk.settings.smtp_url), message)
        except NotTaken:
            raise
        except Exception as error:  # of whatever kind: before the text of this mail
            self.close()
            raise NotTaken(f"the mail server can't be used: {error}", later=True) from error

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _write(self, message: Message) -> None:
        folder = self._desk.mail_folder
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            path = file_of(self._desk, message)
            written = path.with_name(f".{path.name}")
            written.write_bytes(message.content or b"")
            written.replace(path)
        except OSError as error:
            raise NotTaken(f"{folder}: {error.strerror}", later=True) from error

    def _connected(self, url: str) -> smtplib.SMTP:
        if self._smtp is not None and not _still_there(self._smtp):
            self.close()  # many servers end a line after some mails, or some silence
        if self._smtp is None:
            self._smtp = _connect(url, self._desk.settings.smtp_patience)
        return self._smtp

    def _hand_over(self, smtp: smtplib.SMTP, message: Message) -> None:
        """One mail, step by step: what fails before its text is sent can't have arrived."""
        content = message.content or b""
        sender = parseaddr(message_from_bytes(content, policy=policy.SMTP)["From"])[1]
        for step, argument in ((smtp.mail, sender), (smtp.rcpt, message.recipient)):
            code, answer = step(argument)
            if code >= 400:
                smtp.rset()
                raise NotTaken(f"{code} {answer.decode(errors='replace')}", later=code < 500)
        try:
            code, answer = smtp.data(content)
        except smtplib.SMTPDataError as error:  # refused before the text
            smtp.rset()
            told = f"{error.smtp_code} {_plain(error.smtp_error)}"
            raise NotTaken(told, later=error.smtp_code < 500) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise NotTaken(f"the line broke after the text: {error}", unsure=True) from error
        if code >= 400:
            told = f"{code} {answer.decode(errors='replace')}"
            raise NotTaken(told, later=code < 500)


@contextmanager
def _server(desk: Desk) -> Iterator[_Server]:
    server = _Server(desk)
    try:
        yield server
    finally:
        if server._smtp is not None:
            try:
                server._smtp.quit()
            except (OSError, smtplib.SMTPException):
                server.close()


def _still_there(smtp: smtplib.SMTP) -> bool:
    try:
        return smtp.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _connect(url: str, patience: float) -> smtplib.SMTP:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    smtp: smtplib.SMTP
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        smtp = smtplib.SMTP_SSL(host, port, timeout=patience, context=context)
    else:
        smtp = smtplib.SMTP(host, port, timeout=patience)
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
    if parts.username:
        smtp.login(unquote(parts.username), unquote(parts.password or ""))
    else:
        smtp.ehlo_or_helo_if_needed()
    return smtp


def _plain(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text
