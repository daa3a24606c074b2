"""Which references name one publication: its id, the same however a note spells it."""

from __future__ import annotations

import hashlib
import re

from tipqa import countries, dates
from tipqa.publishers import folded
from tipqa.slugs import slug
from tipqa.types import Source

# A letter, a report of one day: what has no title of its own is known by its date.
_BY_DATE = re.compile(
    r"\b(?:reporting|emails?|communications?|interviews?|letters?|meetings?|calls?|"
    r"conversations?|correspondence|submissions?|response|respuesta|reponse|reply|statement|"
    r"comments?|press release|written|answers?|testimony|questionnaire)\b"
)
_PERIODICAL = re.compile(
    r"\b(?:progress reports?|sit ?reps?|situation reports?|bulletin|newsletter|dashboard|"
    r"operational update|monthly|weekly|quarterly)\b"
)
_ASIDE = re.compile(  # a document's number, an acronym, what it is
    r"\b[A-Z]+(?:/ ?[\w.-]+){2,}[–-]?(?:[A-Z](?:/[\w.]+){2,})?|\([A-Z]{2,}\)|\bpress release\b",
    re.IGNORECASE,
)
_SMALL = frozenset(
    "a an and as at by for from in of on or the to with de del des du d el en et l la las le les "
    "los no pour sur un une y e o da do das dos em para por individual republic kingdom concerning "
    "regarding".split()
)
_ALIKE = {
    "labour": "labor",
    "programme": "program",
    "programmes": "program",
    "organisation": "organization",
    "organisations": "organization",
}
_GOVERNMENT = re.compile(
    r"(?:the )?(?:federal |royal )?(?:governments?|gobierno|gouvernement|governo) "
    r"(?:of |del? |du |de la |de l'|da |do )?(?:the )?",
    re.IGNORECASE,
)
_ENOUGH = 5
"""So many words make a title that no two bodies give to publications of one year."""


def source_id(source: Source) -> str:
    """The id of a source: readable words and a digest of what it is known by.

    Case, accents, punctuation, small words and the order of the title's words do not
    count, nor do place, address, page and the day it was looked at. The publisher counts
    where the title is short, and always which country's government it is; the date where
    there is no other title than "Reporting", and of a periodical the month; the address
    where there are hardly words to know a source by.
    """
    year = str(source.year or "")
    title = (
        folded(_ASIDE.sub(" ", source.title))
        .replace("e mail", "email")
        .replace("us dol ", "usdol ")
    )
    words = {_singular(_ALIKE.get(word, word)) for word in title.split()} - _SMALL - {year}
    spelled = words - {folded(name) for name in re.findall(r"\b[A-Z]{2,6}\b", source.title)}
    words = spelled if len(spelled) >= _ENOUGH else words
    told = " ".join(sorted(words)) or title or source.title
    by_date = _BY_DATE.search(title) is not None and len(words) < 2 * _ENOUGH
    by = _publisher(source.publisher or "", long=len(words) >= _ENOUGH and not by_date)
    key = [told, by, year]
    if by_date or _PERIODICAL.search(title):
        date = dates.parse_date(source.date or "")
        key.append("-".join(map(str, date if by_date else date[:2])))
    elif len(words) < 3 and not (by and year):
        key.append(re.sub(r"^https?://(?:www\.)?|/$", "", (source.url or "").casefold()))
    digest = hashlib.sha256("|".join(key).encode()).hexdigest()[:8]
    readable = slug(f"{by} {told}", 56)
    return "-".join(part for part in (readable, year, digest) if part)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def _publisher(name: str, long: bool) -> str:
    """What of a publisher's name tells a source: of a government, its country."""
    government = _GOVERNMENT.match(name)
    if government:
        ruled = re.split(r"[,;–-] |\(", name[government.end() :])[0].strip(" .,")
        country = countries.lookup(ruled) or countries.lookup(
            re.sub(r"(?:[\w']+ ){0,3}republic of (?:the )?|kingdom of ", "", ruled, flags=re.I)
        )
        return f"government {country.code if country else folded(ruled)}"
    return "" if long else " ".join(w for w in folded(name).split() if w not in _SMALL)
