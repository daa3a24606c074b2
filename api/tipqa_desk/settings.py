"""What those who run a desk may set, by variables of the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tipqa.errors import TipqaError


class Settings(BaseSettings):
    """Each is read from TIPQA_ and its name in capitals, as TIPQA_DESK_KEEP_DAYS."""

    model_config = SettingsConfigDict(env_prefix="TIPQA_")

    desk: Path = Path("desk")
    """The folder of the desk's database, secret and unsent mail."""
    desk_database: str | None = None
    """An address as SQLAlchemy takes it; without one, a SQLite file in the folder."""
    desk_keep_days: int = Field(default=90, ge=1, le=3650)
    """How long personal data is kept after an inquiry closes."""
    desk_inquiries: str = "5/hour"
    """How many inquiries may come from one address, or "none"."""
    newsletter_sign_ups: str = "5/hour"
    """How many sign-ups for the newsletter may come from one network, or "none"."""
    newsletter_when_nothing: Literal["short", "none"] = "short"
    """What comes where nothing is new: a short mail that says so, or none."""
    newsletter_rate: int = Field(default=60, ge=1, le=100_000)
    """How many mails of an issue go out in a minute."""
    newsletter_pause: float = Field(default=5, ge=0, le=300)
    """Seconds to wait where the mail server puts a mail off; twice as long each time."""
    url: str | None = None
    """Where the world finds the site, as in https://example.org: for links in mails."""
    smtp_url: str | None = None
    """A mail server, as in smtp://name:password@host:587 or smtps://host; without one,
    mails are written to a folder."""
    smtp_patience: float = Field(default=30, gt=0, le=600)
    """Seconds that the mail server may take to answer."""
    mail_from: str = "tipqa <tipqa@localhost>"
    """Whom mails are from."""

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_server(cls, url: str | None) -> str | None:
        if url is None:
            return None
        told = "give a mail server as in smtp://name:password@host:587"
        try:
            parts = urlsplit(url)
            known = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
        except ValueError as error:  # no number for a port
            raise ValueError(told) from error
        if not known:
            raise ValueError(told)
        return url

    @classmethod
    def read(cls) -> Settings:
        """Raises: TipqaError: one of them can't be meant."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            name = f"TIPQA_{str(first['loc'][0]).upper()}"
            shown = "" if name == "TIPQA_SMTP_URL" else f' is "{first["input"]}"'  # a password
            why = first["msg"].removeprefix("Value error, ")
            raise TipqaError(f"{name}{shown}: {why}.") from error
