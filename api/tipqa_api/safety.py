"""For someone in danger: hotlines from sources at hand, and questions that read as one's own."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from tipqa import countries

LEAVE_FOR = "https://www.bbc.co.uk/weather"
"""Where "Leave this page" leads: the page of GOV.UK's own button, which anyone may have open
and which tells nothing of the one who does."""

_HARMS = (
    r"forc(?:e[sd]?|ing)|beat(?:s|ing|en)?|hit(?:s|ting)?|hurt(?:s|ing)?|threaten(?:s|ed|ing)?"
    r"|lock(?:s|ed|ing)?|s(?:ell|ells|old|elling)|rap(?:e[sd]?|ing)|abus(?:e[sd]?|ing)"
    r"|traffick(?:s|ed|ing)|kidnap(?:s|ped|ping)?|trap(?:s|ped|ping)?|kill(?:s|ed|ing)?"
    r"|mak(?:es?|ing)|made|won'?t let|(?:do|does|did)(?: not|n'?t) (?:let|pay)|never pa(?:y|ys|id)"
)
_SUFFERED = (
    r"forced|beaten|locked|sold|trafficked|threatened|trapped|raped|abused|kidnapped|enslaved"
    r"|a slave|a prisoner|held|kept here|scared|afraid|frightened|in danger|in trouble|not paid"
    r"|being hurt|made to|exploited|a victim"
)
_OWN = re.compile(
    rf"\b(?:{_HARMS}) (?:me|us)\b"
    r"|\b(?:t(?:ook|akes?|aken|aking)|has|have|h(?:old|olds|olding)|keeps?|kept|confiscated|hid)"
    r" (?:away )?(?:all )?(?:of )?(?:my|our) "
    r"(?:\w+ )?(?:passports?|papers|documents?|phones?|ids?|id cards?|wages|pay|salary|money|child"
    r"|children|kids?|bab(?:y|ies)|sister|daughter|son|brother)\b"
    rf"|\b(?:i|we|my \w+)(?: am| are| is|'m|m|'re| was| were| have been|'ve been| has been| feel)"
    rf" (?:\w+ )?(?:\w+ )?(?:{_SUFFERED})\b"
    r"|\b(?:i|we) (?:can ?not|can'?t|could not|am not allowed to|'m not allowed to|want to|need to)"
    r" (?:leave|go home|go away|escape|get out|get away|run away)\b"
    r"|\b(?:help|save|rescue) (?:me|us)(?!\s+(?:to )?(?:find|understand|with|write|learn|know))\b"
    r"|\bi need help(?!\s+(?:finding|understanding|with))\b"
    r"|\blet (?:me|us) (?:go|out|leave)\b"
)


@dataclass(frozen=True, slots=True)
class Hotline:
    """A number as a report prints it. `note` is the source that the report names for it."""

    country: str
    name: str
    number: str
    what: str
    report: str
    profile: str
    edition: int
    quote: str
    note: str | None = None

    @property
    def country_name(self) -> str:
        return countries.by_code()[self.country.casefold()].name


@cache
def hotlines() -> tuple[Hotline, ...]:
    """All there are, by country."""
    text = resources.files("tipqa_api").joinpath("hotlines.yaml").read_text(encoding="utf-8")
    found = [Hotline(**entry) for entry in yaml.safe_load(text)]
    return tuple(sorted(found, key=lambda hotline: hotline.country_name))


def hotlines_of(codes: Collection[str]) -> list[Hotline]:
    """Those of some countries, by their alpha-3 codes."""
    return [hotline for hotline in hotlines() if hotline.country in codes]


def own_danger(question: str) -> bool:
    """Whether a question reads as of harm to the one who asks, or to someone near.

    By its words alone: someone who is harmed and speaks of it as "I", "me" or "my". What
    it takes for such is shown a larger box and loses nothing.
    """
    folded = " ".join(question.replace("\u2019", "'").split())
    return bool(_OWN.search(re.sub(r"\bUS\b|\bU\.S\.", "USA", folded).lower()))
