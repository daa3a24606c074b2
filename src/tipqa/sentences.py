"""The sentences of a paragraph, as spans of it.

nupunkt knows abbreviations from training, and a few ordinary words among them ("bank",
"code"), after which it misses a boundary; single references ("Art. 5", "Lt. Col.") it cuts.
Both kinds are mended by two rules of ours.
"""

from __future__ import annotations

import re

import nupunkt

from tipqa.types import Span

# After one of these only nupunkt decides; any other word of two letters or more with a
# full stop ends a sentence where a capital or a digit follows.
_ABBREVIATIONS = frozenset(
    "adm al amend app approx apr arb arr art arts assn assoc asst aug ave bldg blvd brig bros "
    "ca cap capt cf ch chap chs cie circ civ cl cmdr co col comm cons const corp cpl crim ct "
    "dec decl decr dept depts dir dist div doc dr ed eds eg esp est etc ex exec ext feb fig "
    "figs fn fr fri ft gen gov govt hon ibid ie inc incl insp int intl jan jr jul jun lt ltd "
    "maj mar messrs mfg min misc mon mr mrs ms mt mtg nat natl no nos nov oct op ord par para "
    "paras ph pp pres proc prof pt pte pts pty pvt rd ref reg regs rep reps res ret rev rs sec "
    "secs sect sects sen sens sep sept seq ser sgt sr ss st sta stat ste subpara subsec subsecs "
    "supp supt tel thu thur thurs treas tue tues univ viz vol vols vs wed".split()
)
_ENDS = re.compile(
    r"(?<![\w.])([^\W\d_]{2,})"
    r"(?:[.?!]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])"
    r"|(?<=[a-z]{3})[.?!](?=[A-Z][^\W\d_]+\s))"  # a lost space: "labor.The law"
)
_GOES_ON = re.compile(
    r"(?<![\w.])(?:"
    r"(?i:arts?|chs?|cap|figs?|nos?|paras?|regs?|(?:sub)?secs?|sects?|vols?)\.\s+(?=\d)"  # Art. 5
    r"|[A-Z]\w{0,4}\.\s+(?=Nos?\.\s?\d)"  # Circ. No. 5
    r"|(?:Brig|Capt|Ft|Lt|Maj|Mt|Prof|Sgt)\.\s+(?=[A-Z])"  # Lt. Smith
    r"|(?:\w{1,2}\.){2,}\s+(?=[a-z]))"  # P.D.R. government
)


def sentence_spans(text: str) -> list[Span]:
    """Find the sentences of a text.

    Args:
        text: English prose.

    Returns:
        In order, without the white space around them; together they cover every
        character that is not white space exactly once.
    """
    cuts = {start for start, _ in nupunkt.sentence_spans(text)}
    cuts |= {m.end() for m in _ENDS.finditer(text) if m[1].lower() not in _ABBREVIATIONS}
    cuts -= {m.end() for m in _GOES_ON.finditer(text)}
    spans: list[Span] = []
    start = 0
    for end in [*sorted(cuts), len(text)]:
        piece = text[start:end]
        if stripped := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            spans.append((first, first + len(stripped)))
        start = end
    return spans
