"""What a source is: primary, as a law or an embassy's reporting, or told by others."""

from __future__ import annotations

import re

# The first that fits decides; each is looked for in the publisher, the title, or both.
_EMBASSY = re.compile(
    r"\b(?:embassy|consulate|U\.?S\.? Mission|American Institute in Taiwan)\b", re.I
)
_CORRESPONDENCE = re.compile(
    r"\b(?:e-?mails?|interviews?|letter|conversation|telephone|meeting|communication|"
    r"correspondence|testimony)\b.*\b(?:with|to|from|by)\b|\bofficials?$",
    re.I,
)
_REPORTING = re.compile(r"^(?:reporting|cable|dispatch)\b", re.I)
_LAW = re.compile(
    r"\b(?:acts?|law|laws|code|constitution|ordinance|decree|proclamation|statutes?|regulations?|"
    r"bill|by-?law|gazette|amendment|order|penal|loi|code|d[ée]cret|ordonnance|arr[êe]t[ée]|"
    r"constitución|ley|c[óo]digo|decreto|reglamento|resoluci[óo]n|acuerdo|lei|constituição|portaria|"
    r"convention|protocol|treaty|enacted)\b",
    re.I,
)
_NOT_LAW = re.compile(
    r"\b(?:report|observations?|direct request|submission|review|study|plan|survey|project|"
    r"implementation of|overview|analysis|forum|bureau|news)\b",
    re.I,
)
_STATISTICS = re.compile(
    r"\b(?:census|censo|recensement|statistics?|statistical|estad[íi]stica|statistiques?|surveys?|"
    r"encuesta|enqu[êe]te|inqu[ée]rito|indicators?|enrol?lment|ratio|database|dataset|"
    r"gross intake|SIMPOC|MICS|DHS|factbook)\b",
    re.I,
)
_UN = re.compile(
    r"\b(?:UN|U\.N\.|United Nations|Naciones Unidas|Nations Unies|UNICEF|UNHCR|UNODC|UNESCO|UNDP|"
    r"UNFPA|UNAIDS|UNDAF|UNAMA|OCHA|OHCHR|ILO|ILO-IPEC|OIT|IPEC|IOM|OIM|WHO|WFP|FAO|World Bank|"
    r"International Labou?r Organi[sz]ation|International Organi[sz]ation for Migration|"
    r"International Programme on the Elimination of Child Labour|Integrated Regional Information "
    r"Networks|Understanding Children['’]s Work|UCW|World Food Programme|World Health)\b"
)
_GOVERNMENT = re.compile(
    r"\b(?:government|gouvernement|gobierno|governo|minist(?:ry|er|ère|erio|ério|ries)|department|"
    r"departamento|secretar[íi]a|bureau of|national (?:commission|council|committee|agency|police|"
    r"institute|bureau|statistic)|president|parliament|assembl[yé]e?|asamblea|congress|senate|"
    r"USAID|USDOL|Central Intelligence|US Agency|embassy|municipality|republic|república|"
    r"république|police|defensoría|procuraduría|fiscalía|attorney general|prosecutor|ombudsman|"
    r"office of the|instituto|court|institut national|commonwealth|White House)\b",
    re.I,
)
_NGO = re.compile(
    r"\b(?:Human Rights Watch|HRW|Amnesty|ECPAT|Save the Children|World Vision|Plan International|"
    r"Anti-Slavery|Walk Free|Terre des Hommes|CARE|Oxfam|Caritas|Free the Slaves|Child Soldiers "
    r"International|Freedom House|War Child|Verit[ée]|foundation|fondation|fundaci[óo]n|stiftung|"
    r"association|asociaci[óo]n|associa[çc][ãa]o|coalition|NGO|network|red|alliance|trust|forum|"
    r"union|confederation|federation|league|ligue|liga|solidarity|movement|cent(?:er|re) for|"
    r"watch|initiative|society|rights|church|international trade union|refuge|slavery)\b", re.I
)  # fmt: skip
_PRESS = re.compile(
    r"\b(?:Times|Post|News|Herald|Daily|Guardian|Tribune|Reuters|BBC|CNN|AFP|Agence France|"
    r"Associated Press|Al ?Jazeera|[Aa]ll[Aa]frica|Radio|Television|TV|Gazette|Observer|Journal|"
    r"Chronicle|Standard|Independent|Mirror|Telegraph|Courier|Press|Magazine|Monitor|Voice of|"
    r"Bloomberg|Economist|Le Monde|El País|Prensa|Diario|Jornal|La Nación|Xinhua|Newsweek|"
    r"voanews|IRIN|Le Soleil|Nation|Globe|Star|Sun|Mail)\b|\.(?:com|net|info)\b"
)
_PERSON = re.compile(r"[^\W\d_][\w'’-]+, (?:[A-Z]\.|[^\W\d_]\w+)(?: [A-Z]\w*\.?)*(?: and .+)?")


def is_press(name: str) -> bool:
    """Whether a publisher's name is one of a newspaper, an agency or a station."""
    return _PRESS.search(name) is not None


def kind_of(publisher: str | None, title: str, rest: str, url: str | None) -> str | None:
    """What a source is, one of `types.KINDS`; None where nothing tells.

    Args:
        publisher: who published or wrote it.
        title: its title.
        rest: what else its reference tells, as the newspaper after an author.
        url: its address.
    """
    by = publisher or ""
    if _EMBASSY.search(by) or (_REPORTING.search(title) and len(title) < 20):
        return "embassy reporting"
    if _CORRESPONDENCE.search(by) or _CORRESPONDENCE.search(title):
        return "correspondence"
    official = bool(_GOVERNMENT.search(by))
    if (
        (official or not by)
        and (_LAW.search(title) or "nacted" in rest)
        and not _NOT_LAW.search(title)
    ):
        return "law"
    if _STATISTICS.search(f"{by} {title}"):
        return "statistics"
    if _UN.search(by):
        return "UN"
    if official:
        return "government report"
    if _PRESS.search(by) or (_PERSON.fullmatch(by) and _PRESS.search(f"{rest} {url}")):
        return "press"
    if _NGO.search(by):
        return "NGO"
    if _PRESS.search(rest):
        return "press"
    return None
