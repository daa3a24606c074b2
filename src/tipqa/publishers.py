"""Publishers: one spelling each, and whether a piece of text can name one."""

from __future__ import annotations

import re
import unicodedata

# One body, several spellings and languages; first the one that is shown.
_SPELLINGS = """
US Department of State; US State Department; US Dept of State; US DOS; USDOS; US DoS
US Department of Labor; US Labor Department; US Dept of Labor; USDOL; US DOL
US Agency for International Development; USAID
Central Intelligence Agency; CIA; US Central Intelligence Agency
International Labour Organization; International Labor Organization; International Labour Office; \
International Labor Office; International Labour Organisation; ILO; OIT; \
Organización Internacional del Trabajo; Organisation internationale du travail; \
Organização Internacional do Trabalho; Oficina Internacional del Trabajo
ILO Committee of Experts; ILO CEACR; CEACR; \
ILO Committee of Experts on the Application of Conventions and Recommendations
International Programme on the Elimination of Child Labour; \
International Program on the Elimination of Child Labor; ILO-IPEC; ILO/IPEC; IPEC; OIT-IPEC
International Organization for Migration; International Organisation for Migration; IOM; OIM; \
UN Migration Agency; Organisation internationale pour les migrations; \
Organización Internacional para las Migraciones
UNICEF; UN Children's Fund; UN Children’s Fund; UN International Children's Emergency Fund
UNHCR; UN High Commissioner for Refugees; Office of the UN High Commissioner for Refugees; \
UN Refugee Agency
UNODC; UN Office on Drugs and Crime; UN Office for Drugs and Crime
OHCHR; UN OHCHR; Office of the High Commissioner for Human Rights; \
UN Office of the High Commissioner for Human Rights; \
Office of the UN High Commissioner for Human Rights; UN High Commissioner for Human Rights
UNESCO; UN Educational, Scientific and Cultural Organization
UNESCO Institute for Statistics; UNESCO Institute of Statistics
UNDP; UN Development Programme; UN Development Program
UNFPA; UN Population Fund
World Health Organization; WHO; World Health Organisation
Food and Agriculture Organization; FAO; UN Food and Agriculture Organization; \
Food and Agriculture Organization of the UN
World Food Programme; WFP; World Food Program; UN World Food Programme
UN
UN Security Council; UNSC
UN General Assembly; UNGA
UN Human Rights Council; UN General Assembly Human Rights Council; UNHRC
UN Committee on the Rights of the Child; Committee on the Rights of the Child; UNCRC
UN Committee on the Elimination of Discrimination against Women; CEDAW; \
Committee on the Elimination of Discrimination against Women
Understanding Children's Work; UCW; Understanding Children’s Work Project; UCW Project
Human Rights Watch; HRW
Amnesty International
International Trade Union Confederation; ITUC
Integrated Regional Information Networks; IRIN; IRIN News
International Committee of the Red Cross; ICRC
Organization for Security and Co-operation in Europe; OSCE
European Union; EU
Terre des Hommes; TDH; Fédération Internationale Terre des Hommes
World Bank; World Bank Group
African Union; AU
"""

# Words that bodies have in their names, in the languages that profiles' notes are written in.
_BODY = re.compile(
    r"\b(?:agence|body|cellule|chamber|conseil|corps|division|observatoire|secrétariat|task force"
    r"|agenc[ey]|agência|agencia|alliance|asamblea|assembleia|assembl[ée]e|assembly|association|asociación|associação|"
    r"authority|bank|banque|banco|bureau|centre|center|centro|coalition|comité|comisión|"
    r"commissione?r?|commission|committee|comité|confederation|congress|council|court|"
    r"defensoría|departamento|department|dept|direction|dirección|directorate|embassy|"
    r"consulate|federation|fédération|foundation|fondation|fundación|forum|fund|gobierno|"
    r"gouvernement|governments?|governo|group|initiative|institute?o?|institut|international|kingdom|"
    r"league|ligue|ministerio|ministério|minist[eè]re|ministry|mission|monitor|movement|nations|"
    r"network|observatory|observatorio|office|ombudsman|ombudsperson|organi[sz]ation|"
    r"organización|parlament[ou]?|parlement|parliament|police|policía|presidency|procuraduría|fiscalía|programme|"
    r"project|prosecutor|republic|república|république|secretar[iy]at?|secretaría|senate|"
    r"service|society|statistics|syndicat|trust|unicef|union|universit[yé]|universidad|"
    r"universidade|watch)\b",
    re.IGNORECASE,
)


_TITLE = re.compile(
    r"\b(?:acts?|annex|assessment|census|charter|code|constitution|convention|decree|e-?mail|guidelines|"
    r"interview|laws?|letter|ley|loi|ordinance|plan|principles|proclamation|protocol|reports?|"
    r"resolution|review|statement|strategy|study|survey|testimony|treaty)\b"
    r"|(?:^|\b(?:statistical|annual|monthly|quarterly|weekly|information|labou?r) )bulletin\b",
    re.IGNORECASE,
)


_BETWEEN_NAMES = frozenset("against beyond contre from pour sans sobre under with without".split())


def folded(text: str) -> str:
    """Letters and digits in lower case, accents and the dots of abbreviations dropped.

    "The United Nations" and "U.N." are un, "the United States" and "U.S." us.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = re.sub("[\u0300-\u036f]", "", plain)
    words = " ".join(re.findall(r"\w+", re.sub(r"(?<=\w)\.|['’]", "", plain)))
    words = re.sub(r"\bu s\b|\bunited states(?: of america)?\b", "us", words)
    words = re.sub(r"\bu n\b|\bunited nations\b", "un", words)
    return words.removeprefix("the ")


_CANONICAL = {
    folded(spelling): line.split(";")[0].strip()
    for line in _SPELLINGS.strip().splitlines()
    for spelling in line.split(";")
}
_MOST_WORDS = max(len(name.split()) for name in _CANONICAL)


def is_title(text: str) -> bool:
    """Whether a piece has a word that titles have and names of publishers hardly."""
    return _TITLE.search(text) is not None


def canonical_publisher(name: str) -> str:
    """A publisher's name in the one spelling used here; other names as they are."""
    bare = re.sub(r"\s*\([^()]*\)$", "", name)  # "… for Migration (IOM)"
    return _CANONICAL.get(folded(name)) or _CANONICAL.get(folded(bare)) or name


def publisher_matches(publisher: str, wanted: str) -> bool:
    """Whether a publisher's name holds what was asked for: as written, by its words, or by
    another spelling of the same body.
    """
    name, asked = folded(publisher), folded(wanted)
    canonical = folded(canonical_publisher(wanted))
    return asked in name or canonical in name or set(asked.split()) <= set(name.split())


def leading_publisher(text: str) -> tuple[str, str] | None:
    """The known publisher that a text begins with and what follows it: "US DOS, TIP Report".

    Returns:
        The name in the one spelling used here, and the rest; None where the text begins
        with no known publisher, or is only its name.
    """
    words = list(re.finditer(r"\S+", text))
    for length in range(min(_MOST_WORDS + 1, len(words) - 1), 0, -1):
        end = words[length - 1].end()
        name = _CANONICAL.get(folded(text[:end]))
        if name:
            return name, text[end:].lstrip(" .,:;")
    return None


def may_be_name(text: str) -> bool:
    """Whether a piece that a comma ends is a name, as "Le Soir", and no title, as "Penal Code"."""
    words = text.split()
    small = [
        word
        for word in words
        if word[:1].islower() and len(word) > 3 and word not in _BETWEEN_NAMES
    ]
    return bool(text[:1].isupper() and len(words) <= 6 and not small and not _TITLE.search(text))


def may_be_publisher(text: str) -> bool:
    """Whether a piece that a comma ends can name who published: a known body, a name with a
    word that bodies have, an acronym, or a person's first and last name.
    """
    if folded(text) in _CANONICAL:
        return True
    if not text[:1].isupper() or len(text.split()) > 12:
        return False
    acronym = re.fullmatch(r"[A-Z][A-Z/&.-]{1,11}", text)
    return bool(acronym or _BODY.search(text))
