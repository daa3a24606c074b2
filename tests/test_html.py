"""Web pages: their prose, sections and frame, and the links from markers to notes."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa import readers
from tipqa.errors import CorpusError

PAGE = "<html><head><title>Peru</title></head><body><h1>Peru, 2014</h1>{}</body></html>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("html")


@pytest.fixture(scope="module")
def body(folder):
    """Read the body of a page below its title."""
    return lambda html: read(folder, PAGE.format(html))


def read(folder, html, name="page.html"):
    path = folder / name
    path.write_bytes(html if isinstance(html, bytes) else html.encode())
    return readers.read(path)


def texts(profile):
    return [paragraph.text for paragraph in profile.paragraphs]


def sections(profile):
    return [" › ".join(paragraph.section) for paragraph in profile.paragraphs]


def left_out(profile):
    return [left.text for left in profile.left_out]


def notes(profile):
    return [(note.label, note.text) for note in profile.notes]


def links(profile):
    """Each citation as "sentence | label | direct or inherited | the note's first word"."""
    return [
        f"{p.text[slice(*c.sentence)]} {c.label} {c.scope[0]} {c.note.text.split()[0]}"
        for p in profile.paragraphs
        for c in p.citations
    ]


def cited_notes(profile):
    """Each citation as "sentence label the note's first word"."""
    return [
        f"{p.text[slice(*c.sentence)]} {c.label} {c.note.text.split()[0]}"
        for p in profile.paragraphs
        for c in p.citations
    ]


def reported(profile):
    return [p.message.split('"')[1] for p in profile.problems if p.code == "unresolved-marker"]


# The running text of each, then its notes; what is expected is the same in all.
BOYS = ["Boys dig. 1 d ILO.", "Girls cook. 2 d IOM.", "Girls cook. 3 d UN.", "Men ran. 1 d ILO."]
GOLD = {
    "sup, then an ordered list": """<p>Boys dig.<sup>1</sup> Girls cook.<sup>2,3</sup></p>
        <p>Men ran.<sup>1</sup></p><ol><li>ILO. 2004.</li><li>IOM. 2005.</li><li>UN.
        2006.</li></ol>""",
    "sup side by side": """<p>Boys dig.<sup>1</sup> Girls cook.<sup>2</sup><sup>3</sup></p><p>Men
        ran<sup>1</sup>.</p><h2>Notes</h2><p>1. ILO. 2004.</p><p>2. IOM. 2005.</p><p>3. UN.
        2006.</p>""",
    "a range in sup": """<p>Boys dig. <sup>1</sup> Girls cook. <sup>2-3</sup></p><p>Men ran.
        <sup>(1)</sup></p><div><sup>1</sup> ILO. 2004.</div><div><sup>2</sup> IOM. 2005.</div>
        <div><sup>3</sup> UN. 2006.</div>""",
    "links to an ordered list": """<p>Boys dig.<a href="#fn1">1</a> Girls cook.<sup><a
        href="#fn2">2</a>, <a href="#fn3">3</a></sup></p><p>Men ran.<a href="#fn1">1</a></p><ol>
        <li id="fn1">ILO. 2004. <a href="#r1">↩</a></li><li id="fn2"><p>IOM. 2005. <a
        href="#r2">↩︎</a>
        </p></li><li id="fn3">UN. 2006.</li></ol>""",
    "Pandoc": """<p>Boys dig.<a href="#fn1" class="footnote-ref" id="fnref1"
        role="doc-noteref"><sup>1</sup></a> Girls cook.<a href="#fn2" class="footnote-ref"
        id="fnref2"
        ><sup>2</sup></a><a href="#fn3" class="footnote-ref"><sup>3</sup></a></p><p>Men ran.<a
        href="#fn1" class="footnote-ref"><sup>1</sup></a></p><section id="footnotes"
        class="footnotes"
        role="doc-endnotes"><hr><ol><li id="fn1"><p>ILO. 2004.<a href="#fnref1"
        class="footnote-back"
        role="doc-backlink">↩︎</a></p></li><li id="fn2"><p>IOM. 2005.<a
        href="#fnref2">↩︎</a></p></li>
        <li id="fn3"><p>UN. 2006.</p></li></ol></section>""",
    "Word": """<p class=MsoNormal>Boys dig.<a href="#_ftn1" name="_ftnref1" title=""><span
        class=MsoFootnoteReference><span style='vertical-align:super'>[1]</span></span></a> Girls
        cook.<sup><a href="#_ftn2" name="_ftnref2">[2]</a></sup><a href="#_ftn3"
        name="_ftnref3">[3]</a>
        </p><p class=MsoNormal>Men ran.<a href="#_ftn1">[1]</a></p><div
        style='mso-element:footnote-list'><hr><div id=ftn1><p class=MsoFootnoteText><a
        href="#_ftnref1"
        name="_ftn1" title="">[1]</a> ILO. 2004.</p></div><div id=ftn2><p><a href="#_ftnref2"
        name="_ftn2">[2]</a> IOM. 2005.</p></div><div id=ftn3><p><a href="#_ftnref3" name="_ftn3"
        >[3]</a> UN. 2006.</p></div></div>""",
    "MediaWiki": """<p>Boys dig.<sup id="cite_ref-1" class="reference"><a href="#cite_note-x-1"
        ><span>[</span>1<span>]</span></a></sup> Girls cook.<sup id="cite_ref-2"><a
        href="#cite_note-2"
        >[2]</a></sup><sup id="cite_ref-3"><a href="#cite_note-3">[3]</a></sup></p><p>Men ran.<sup
        id="cite_ref-4"><a href="#cite_note-x-1">[1]</a></sup></p><h2>References<span
        class="mw-editsection">[<a href="/e">edit</a>]</span></h2><div class="reflist"><ol
        class="references"><li id="cite_note-x-1"><span class="mw-cite-backlink">↑ <a
        href="#cite_ref-1"><sup>1.0</sup></a> <a href="#cite_ref-4"><sup>1.1</sup></a></span> <span
        class="reference-text">ILO. 2004.</span></li><li id="cite_note-2"><b><a href="#cite_ref-2"
        aria-label="Jump up">^</a></b> IOM. 2005.</li><li id="cite_note-3"><span><a
        href="#cite_ref-3">Jump up</a></span> UN. 2006.</li></ol></div>""",
    "DPUB": """<p>Boys dig.<a role="doc-noteref" href="#a">1</a> Girls cook.<a epub:type="noteref"
        href="#b">2</a> <a epub:type="noteref" href="#c">3</a></p><p>Men ran.<a role="doc-noteref"
        href="#a">1</a></p><aside role="doc-footnote" id="a">1 ILO. 2004.</aside><aside
        epub:type="footnote" id="b"><p>2. IOM. 2005.</p></aside><aside epub:type="footnote" id="c">
        <sup>3</sup> UN. 2006.</aside>""",
    "a table of notes with names": """<p>Boys dig.<a href="#1">(1)</a> Girls cook.<a
        href="#2">(2)</a>
        <a href="#3">(3)</a></p><p>Men ran (<a
        href="#1">1</a>).</p><h3>Endnotes</h3><table><tr><td><a
        name=1>1.</a></td><td>ILO. 2004.</td></tr><tr><td><a name=2>2.</a></td><td>IOM. 2005. <a
        href="#top">Back to top</a></td></tr><tr id=3><td>3.</td><td>UN. 2006.</td></tr></table>""",
    "a table of notes without links": """<p>Boys dig [1]. Girls cook [2, 3].</p><p>Men ran [1].</p>
        <table><tr><td>1</td><td>ILO. 2004.</td></tr><tr><td>2</td><td>IOM. 2005.</td></tr><tr><td>3
        </td><td>UN. 2006.</td></tr></table>""",
    "brackets around links": """<p>Boys dig [<a href="#n1">1</a>]. Girls cook [<a href="#n2">2</a>,
        <a href="#n3">3</a>].</p><p>Men ran [<a href="#n1">1</a>].</p><div class="notes"><p
        id="n1">[1] ILO. 2004.</p><p id="n2">[2] IOM. 2005.</p><p id="n3">[3] UN.
        2006.</p></div>""",
    "a range of links": """<p>Boys dig.<sup><a href="#n1">1</a></sup> Girls cook.<sup><a
        href="#n2">2</a>–<a href="#n3">3</a></sup></p><p>Men ran.<sup><a href="#n1">1</a></sup></p>
        <p id="n1">1 ILO. 2004.</p><p id="n2">2 IOM. 2005.</p><p id="n3">3 UN. 2006.</p>""",
    "line breaks between notes": """<p>Boys dig.<sup>1</sup> Girls cook.<sup>2; 3</sup><br><br>Men
        ran.<sup>1</sup></p><p><b>References</b></p><p>1. ILO. 2004.<br>2. IOM.<br>2005.<br/>3. UN.
        2006.</p>""",
    "named anchors and line breaks": """<p>Boys dig.<a href="#ref1">[1]</a> Girls cook.<a
        href="#ref2">[2]</a><a href="#ref3">[3]</a></p><p>Men ran.<a href="#ref1">[1]</a></p><hr><a
        name="ref1"></a>[1] ILO. 2004.<br><a name="ref2"></a>[2] IOM. 2005.<br><a
        name="ref3"></a>[3]
        UN. 2006.<br>""",
    "parentheses": """<p>Boys dig (1). Girls cook.(2,3)</p><p>Men ran (1).</p>
        <p>(1) ILO. 2004.</p><p>(2) IOM. 2005.</p><p>(3) UN. 2006.</p>""",
    "Unicode superscripts": """<p>Boys dig.¹ Girls cook.²,³</p><p>Men ran.&sup1;</p>
        <p>¹ ILO. 2004.</p><p>² IOM. 2005.</p><p>³ UN. 2006.</p>""",
    "a description list": """<p>Boys dig.<sup>[1]</sup> Girls cook.<sup>[2]</sup><sup>[3]</sup></p>
        <p>Men ran.<sup>[1]</sup></p><dl><dt>[1]</dt><dd>ILO. 2004.</dd><dt>[2]</dt><dd>IOM.
        2005.</dd>
        <dt>[3]</dt><dd>UN. 2006.</dd></dl>""",
    "full addresses": """<p>Boys dig.<a href="http://x.org/p.htm#_edn1" name="_ednref1">[1]</a>
        Girls
        cook.<a href="http://x.org/p.htm#_edn2">[2]</a><a
        href="http://x.org/p.htm#_edn3">[3]</a></p>
        <p>Men ran.<a href="http://x.org/p.htm#_edn1">[1]</a></p><p><a
        href="http://x.org/p.htm#_ednref1"
        name="_edn1">[1]</a> ILO. 2004.</p><p><a name="_edn2">[2]</a> IOM. 2005.</p><p><a
        name="_edn3">[3]</a> UN. 2006.</p>""",
    "spoken labels": """<p>Boys dig.<sup><a href="#f1"><span>Footnote </span>1</a></sup> Girls
        cook.<sup><a href="#f2">Footnote 2</a></sup> <sup><a href="#f3">Footnote
        3</a></sup></p><p>Men
        ran.<sup><a href="#f1">Footnote 1</a></sup></p><aside class="footnotes"><p id="f1">ILO.
        2004. <a
        href="#b1">Return to footnote 1 referrer</a></p><p id="f2">IOM. 2005.</p><p id="f3">UN.
        2006.
        </p></aside>""",
    "a page of layout tables in a form": """<form><table><tr><td><a
        href="/">Home</a></td><td><table>
        <tr><td><p>Boys dig.[1] Girls cook.[2][3]</p><p>Men ran.[1]</p><p>[1] ILO.
        2004.</p><p>[2] IOM.
        2005.</p><p>[3] UN. 2006.</p></td></tr></table></td></tr></table></form>""",
    "links, one of them to nothing": """<p>Boys dig.<a href="#fn1">[1]</a> Girls cook.<a
        href="#fn2">[2]</a><a href="#gone">[3]</a></p><p>Men ran.<a href="#fn1">[1]</a></p><ol><li
        id="fn1">ILO. 2004.</li><li id="fn2">IOM. 2005.</li><li>UN. 2006.</li></ol>""",
    "a list in the text": """<p>Boys dig.<sup>1</sup> Girls cook.<sup>2</sup>
        <sup>3</sup></p><ol><li>
        Find them.</li><li>Pay them.</li></ol><p>Men ran.<sup>1</sup></p><ol><li>ILO.
        2004.</li><li>IOM.
        2005.</li><li>UN. 2006.</li></ol>""",
}
SIGNED = {
    "signs": """<p>Boys dig.* Girls cook.†</p><p>* ILO. 2004.</p><p>† IOM. 2005.</p>""",
    "raised signs": """<p>Boys dig.<sup>*</sup> Girls cook.<sup>†</sup></p><div><sup>*</sup> ILO.
        2004.<br><sup>†</sup>IOM. 2005.</div>""",
    "linked signs": """<p>Boys dig.<a href="#s1">*</a> Girls cook.<a href="#s2">†</a></p><p id=s1>*
        ILO. 2004.</p><p id=s2>† IOM. 2005.</p>""",
}
LETTERED = {
    "raised letters": """<p>Boys dig.<sup>a</sup> Girls cook.<sup>b</sup></p><ol type="a"><li>ILO.
        2004.</li><li>IOM. 2005.</li></ol>""",
    "letters in brackets": """<p>Boys dig.[a] Girls [sic] cook.[b]</p><p>[a] ILO.
        2004.</p><p>[b] IOM.
        2005.</p>""",
    "linked letters": """<p>Boys dig.<sup><a href="#na">a</a></sup> Girls cook.<a
        href="#nb">[b]</a></p>
        <p id="na">a. ILO. 2004.</p><p id="nb">b. IOM. 2005.</p>""",
}


@pytest.mark.parametrize("name", GOLD)
def test_numbered_notes_are_linked(body, name):
    """Three notes, one of them used twice, in the shapes that pages are saved in."""
    profile = body(GOLD[name])

    assert links(profile) == BOYS
    assert notes(profile) == [("1", "ILO. 2004."), ("2", "IOM. 2005."), ("3", "UN. 2006.")]
    assert [text for text in texts(profile) if text not in ("Find them.", "Pay them.")] == [
        "Boys dig. Girls cook.",
        "Men ran.",
    ]
    assert reported(profile) == []


@pytest.mark.parametrize("name", SIGNED | LETTERED)
def test_signed_and_lettered_notes_are_linked(body, name):
    """Raised, in brackets, bare or as links."""
    profile = body((SIGNED | LETTERED)[name])
    first, second = "*†" if name in SIGNED else "ab"

    assert [link.replace("[sic] ", "") for link in links(profile)] == [
        f"Boys dig. {first} d ILO.",
        f"Girls cook. {second} d IOM.",
    ]
    assert notes(profile) == [(first, "ILO. 2004."), (second, "IOM. 2005.")]


# Pages and texts as they come, each with its links: sentence, label, first word of the note.
AS_THEY_COME = {
    "links that lead nowhere.html": (
        """<main><article><h1>Ghana</h1><p>Children fish on the lake.<sup><a
        href="javascript:void(0)">1</a></sup> Many never went to school.<sup><a href="#">2</a></sup>
        </p><h2>Endnotes</h2><ol><li>ILO, "Lake," 2013. <a href="#ref-1">&#8617;</a></li><li>IOM,
        "School," 2014, p. 3.</li></ol></article></main>""",
        "Children fish on the lake. 1 ILO, | Many never went to school. 2 IOM,",
    ),
    "a sign in the title.html": (
        """<h1>Togo<sup>*</sup></h1><p>Girls cook.<sup>1</sup> They “sell yams.”<sup>2</sup>
        Boys, too,
        are sold<sup>3</sup>; men less so.</p><hr><p>* This page was updated in 2013.</p><p>
        <sup>1</sup>UNICEF, Girls, 2010.</p><p><sup>2</sup>Id. at 5.</p><p><sup>3</sup>Penal
        Code art.
        3(1), 2004.</p>""",
        "Girls cook. 1 UNICEF, | They “sell yams.” 2 Id. | Boys, too, are sold; men less so. "
        "3 Penal",
    ),
    "items that are notes.html": (
        """<h1>Benin</h1><blockquote>"They sold me."[1]</blockquote><ul><li>Raids [2]<ul><li>Arrests
        [1, 2]</li></ul></li></ul><h2>Sources</h2><ul><li>[1] HRW. Sold. 2009.</li><li>[2]
        UNODC. Raids.
        2010.</li></ul>""",
        '"They sold me." 1 HRW. | Raids 2 UNODC. | Arrests 1 HRW. | Arrests 2 UNODC.',
    ),
    "parentheses of all kinds.html": (
        """<h1>Niger</h1><p>In 2012 (the latest year), 14 (of 30) cases were tried (1). Under
        Article
        270(2), three (3) years is the least (2). NGOs (4) helped 120 (60 girls) victims (3,4).</p>
        <h2>References</h2><p>1. Court. 2013.</p><p>2. Code. 2003.</p><p>3. Desk. 2012.</p><p>4.
        NGO.
        2012.</p>""",
        "In 2012 (the latest year), 14 (of 30) cases were tried. 1 Court. | Under Article 270(2), "
        "three (3) years is the least. 2 Code. | NGOs helped 120 (60 girls) victims. 4 NGO. | NGOs "
        "helped 120 (60 girls) victims. 3 Desk.",
    ),
    "a note that names another.html": (
        """<h1>Mali</h1><p>Boys went.<a href="#fn1">1</a> Girls went.<a href="#fn3">3</a></p><ol><li
        id="fn1">ILO 2001.</li><li id="fn2">IOM 2002.</li><li id="fn3">UN 2003. See note <a
        href="#fn1">1</a>.</li></ol>""",
        "Boys went. 1 ILO | Girls went. 3 UN",
    ),
    "preformatted.html": (
        """<h1>Fiji</h1><pre>Boys cut cane.[1]
They are young.[2]

Notes
[1] ILO. Cane. 2001.
[2] IOM. Young. 2002.</pre>""",
        "Boys cut cane. 1 ILO. | They are young. 2 IOM.",
    ),
    "nothing but divisions.html": (
        """<div><div><font size=5><b>Nepal: a country profile</b></font></div><div>Brick kilns use
        children<span class="superscript">1</span>.<br><br>Carpets too.<span style="vertical-align:
        super">2, 3</span><br><br><b>Notes</b><br>1 ILO, Kilns, 2008<br>2 WEF, Carpets,<br>Kathmandu
        2009<br>3 Ibid.</div><div>Copyright 2010</div></div>""",
        "Brick kilns use children. 1 ILO, | Carpets too. 2 WEF, | Carpets too. 3 Ibid.",
    ),
    "anywhere in a sentence.html": (
        """<h1>Laos</h1><p>Women,<sup>1</sup> girls<sup>2</sup> and boys go.<sup>3 </sup>Some
        return:<sup>1</sup> few. "None," he said.<sup>2</sup></p><p><sup>1</sup> A 2001.</p><p>
        <sup>2</sup> B 2002.</p><p><sup>3</sup> C 2003.</p>""",
        "Women, girls and boys go. 1 A | Women, girls and boys go. 2 B | Women, girls and "
        "boys go. 3 C "
        '| Some return: few. 1 A | "None," he said. 2 B',
    ),
    "numbers and a sign.html": (
        """<h1>Oman</h1><p>Maids flee.<sup>1</sup> Figures are old.<sup>†</sup> Pay is
        low.<sup>2</sup>
        </p><p>† Figures of 2003.</p><p>1 ILO. 2004.</p><p>2 IOM. 2005.</p>""",
        "Maids flee. 1 ILO. | Figures are old. † Figures | Pay is low. 2 IOM.",
    ),
    "Roman numbers.html": (
        """<h1>Iran</h1><p>Men ran.<a name="t1" href="#f1"><sup>i</sup></a> Boys ran.<a name="t2"
        href="#f2"><sup>ii</sup></a></p><p><a name="f1" href="#t1"><sup>i</sup></a> ILO
        2001.</p><p><a
        name="f2" href="#t2"><sup>ii</sup></a> IOM 2002.</p>""",
        "Men ran. i ILO | Boys ran. ii IOM",
    ),
    "XHTML.htm": (
        """<?xml version="1.0" encoding="UTF-8"?><html
        xmlns="http://www.w3.org/1999/xhtml"><body><p>Cuba
        has farms.<a epub:type="noteref" href="#n1" id="r1">1</a></p><div epub:type="footnotes"><p
        id="n1" epub:type="footnote"><a href="#r1">1</a>. ILO 2008.</p></div></body></html>""",
        "Cuba has farms. 1 ILO",
    ),
    "two numbered lists.html": (
        """<h1>Peru</h1><ol><li>Boys dig gold there.[1]</li><li>Girls cook for
        them.[2]</li></ol><ol><li>ILO
        2001.</li><li>IOM 2002.</li></ol>""",
        "Boys dig gold there. 1 ILO | Girls cook for them. 2 IOM",
    ),
    "parentheses.txt": (
        "Peru (2010)\n\nPeru’s mines use boys (1), girls (2) and men. It must (1) act, (2) "
        "pay, and (3) "
        "stop. It paid (4).\n\nReferences\n\n1. ILO. Mines. 2001.\n\n2. IOM. Girls. 2002. "
        "http://x.org/a-\nb.html\n\n3. UN. 2003.\n\n4. Id.\n",
        "Peru’s mines use boys, girls and men. 1 ILO. | Peru’s mines use boys, girls and men. "
        "2 IOM. | "
        "It must (1) act, (2) pay, and (3) stop. 4 Id. | It paid. 4 Id.",
    ),
    "sections.txt": (
        "Peru\n\nPart One\n\nBoys dig.¹ Girls cook.²\n\n¹ ILO. 2001.\n² IOM. 2002.\n\nPart "
        "Two\n\nMen "
        "dig.¹ They ran.³\n\n¹ UN. 2003.\n² EU. 2004.\n",
        "Boys dig. 1 ILO. | Girls cook. 2 IOM. | Men dig. 1 UN.",
    ),
    "signs and points.txt": (
        "Peru\n\nBoys dig.* Girls cook.**\n\nThree points:\n\n* One point\n* Another "
        "point\n\n* ILO "
        "2001.\n** IOM 2002.\n",
        "Boys dig. * ILO | Girls cook. ** IOM",
    ),
    "a dash in the first line.txt": (
        "Peru\n\nThe budget was 5 – 10 million.[1] It fell.[^b]\n\n[1] ILO. 2001.\n\n[^b]: "
        "IOM. 2002.\n",
        "The budget was 5 – 10 million. 1 ILO. | It fell. b IOM.",
    ),
    "letters.txt": (
        "Peru\n\nBoys work.[a] Girls [sic] cook.[b] [T]hey left.\n\na. ILO. 2004.\nb. IOM. 2005.\n",
        "Boys work. a ILO. | Girls [sic] cook. b IOM.",
    ),
}


@pytest.mark.parametrize("name", AS_THEY_COME)
def test_documents_as_they_come(folder, name):
    """Each sentence has its links, and no other."""
    text, expected_links = AS_THEY_COME[name]
    profile = read(folder, text, name)

    assert cited_notes(profile) == expected_links.split(" | ")


@pytest.mark.parametrize(
    "html",
    [
        """<h2>A</h2><p>Boys dig.<a href="#a1">1</a></p><ol><li id=a1>ILO. 2004.</li></ol>
        <h2>B</h2><p>Girls cook.<a href="#b1">1</a> Men ran.<a href="#b2">2</a></p><ol><li id=b1>
        IOM. 2005.</li><li id=b2>UN. 2006.</li></ol>""",
        """<h2>A</h2><p>Boys dig.<a href="#a1">1</a></p><h2>B</h2><p>Girls cook.<a href="#b1">1</a>
        Men ran.<a href="#b2">2</a></p><h2>Notes</h2><h3>To A</h3><ol><li id=a1>ILO. 2004.</li></ol>
        <h3>To B</h3><ol><li id=b1>IOM. 2005.</li><li id=b2>UN. 2006.</li></ol>""",
        """<h2>A</h2><p>Boys dig.<sup>1</sup></p><p>1 ILO. 2004.</p><h2>B</h2><p>Girls
        cook.<sup>1</sup> Men ran.<sup>2</sup></p><p>1 IOM. 2005.</p><p>2 UN. 2006.</p>""",
    ],
)
def test_numbers_may_begin_again_in_each_section(body, html):
    """A marker names the note of its own section; the note says which."""
    profile = body(html)

    assert links(profile) == ["Boys dig. 1 d ILO.", "Girls cook. 1 d IOM.", "Men ran. 2 d UN."]
    assert [(note.label, note.section) for note in profile.notes] == [
        ("1", "A"),
        ("1", "B"),
        ("2", "B"),
    ]
    assert [note.id for note in profile.notes] == ["n1", "n2", "n3"]
    assert reported(profile) == []


def test_a_marker_without_a_note_is_reported(body):
    """In the style of the others; a year or a word in brackets is none."""
    profile = body("<p>Boys dig.[1] Girls cook.[9] Men [sic] ran [2005].</p><p>[1] ILO. 2004.</p>")

    assert links(profile) == ["Boys dig. 1 d ILO."]
    assert reported(profile) == ["9"]
    assert texts(profile) == ["Boys dig. Girls cook. Men [sic] ran [2005]."]


def test_links_that_show_a_number_are_no_markers_elsewhere(body):
    """To a table, a paragraph, a heading, another page."""
    profile = body(
        '<h2 id="s1">One</h2><p id="p1">1. Boys dig, see table <a href="#t1">1</a>, paragraph <a '
        'href="#p2">2</a>, part <a href="#s1">1</a> and <a href="other.html#x">page 3</a>.</p><p '
        'id="p2">2. Girls cook.</p><table id="t1"><caption>Table '
        "1</caption><tr><td>1</td></tr></table>"
    )

    assert links(profile) == []
    assert texts(profile) == [
        "1. Boys dig, see table 1, paragraph 2, part 1 and page 3.",
        "2. Girls cook.",
    ]
    assert left_out(profile) == ["Table 1", "1"]


def test_powers_are_no_markers(body):
    """They are written as Unicode has them; ordinals as plain letters."""
    profile = body(
        "<p>Of 10<sup>2</sup> boys on 5 km<sup>2</sup> the 21<sup>st</sup> ran.<sup>2</sup> He "
        "dug.<sup>1</sup></p><ol><li>ILO. 2004.</li><li>IOM. 2005.</li></ol>"
    )

    assert texts(profile) == ["Of 10² boys on 5 km² the 21st ran. He dug."]
    assert [c.label for c in profile.paragraphs[0].citations] == ["2", "1"]


def test_a_page_has_sections_paragraphs_and_a_frame(body):
    """Headings nest, items and quotations are paragraphs; all else is left out and listed."""
    profile = body(
        "<header>A site</header><nav><ul><li><a "
        "href='/'>Home</a></li></ul></nav><script>x()</script>"
        "<style>p {}</style><p>Boys dig for&nbsp;gold &amp; <em>si<b>lv</b>er</em>.</p><h2>Law</h2>"
        "<h3>Courts</h3><p>Courts met<br>twice.<br><br>They parted.</p><ul><li>First "
        "point<ul><li>Its "
        "part</li></ul></li></ul><h3>Police</h3><blockquote><p>Police "
        "came.</p></blockquote><p><b>Their "
        "Training</b></p><p>None.</p><figure><img src=x alt='A mine'><figcaption>The "
        "mine.</figcaption>"
        "</figure><table><caption>Cases</caption><tr><th>Year</th><td>2004</td></tr></table>"
        "<p>Table 2: None</p><form>Search <input></form><aside>Read more</aside>"
        "<footer>© 2015</footer>"
    )

    assert list(zip(sections(profile), texts(profile), strict=True)) == [
        ("", "Boys dig for gold & silver."),
        ("Law › Courts", "Courts met twice."),
        ("Law › Courts", "They parted."),
        ("Law › Courts", "First point"),
        ("Law › Courts", "Its part"),
        ("Law › Police", "Police came."),
        ("Law › Police › Their Training", "None."),
    ]
    assert profile.info.title == "Peru, 2014"
    assert set(left_out(profile)) == {
        *("A site", "Home", "The mine.", "(image) A mine", "Cases", "Year 2004", "Table 2: None"),
        *("Search", "Read more", "© 2015"),
    }


def test_a_title_is_the_top_heading_that_names_the_country(folder):
    """Else the page's own title, else the top heading."""
    prose = "<p>Boys dig for gold in 2014.</p>"
    named = read(folder, f"<title>A</title><h1>My site</h1><h1>Peru</h1>{prose}")
    by_page = read(folder, f"<title>Peru today</title><h1>Profile</h1>{prose}")
    top = read(folder, f"<title>Site</title><h1>Profile</h1>{prose}")
    bare = read(folder, f"<title>Site</title>{prose}")

    assert [p.info.title for p in (named, by_page, top, bare)] == [
        "Peru",
        "Peru today",
        "Profile",
        "Site",
    ]
    assert (named.info.country, named.info.edition) == ("PER", 2014)
    assert named.info.inferred == ("country", "edition")


def test_the_language_of_a_page_is_not_its_country(folder):
    """`lang="fr"` on a page about Peru."""
    assert read(folder, "<html lang=fr><h1>Peru</h1><p>Boys dig here.</p>").info.country == "PER"


def test_the_addresses_that_a_note_links_to_stand_in_it(body):
    """In brackets after its text, unless they stand there already."""
    profile = body(
        "<p>Boys dig.[1][2][3]</p><p>[1] ILO, <a href='https://ilo.org/a'>Gold</a>, "
        "2004.</p><p>[2] IOM "
        "2005, <a href='https://iom.int/b/'>https://iom.int/b</a></p><p>[3] UN 2006, <a "
        "href='mailto:a@un.org'>write</a>, <a href='#top'>top</a>.</p>"
    )

    assert notes(profile) == [
        ("1", "ILO, Gold, 2004. <https://ilo.org/a>"),
        ("2", "IOM 2005, https://iom.int/b"),
        ("3", "UN 2006, write, ."),
    ]
    assert [note.sources[0].url for note in profile.notes] == [
        "https://ilo.org/a",
        "https://iom.int/b",
        None,
    ]


def test_a_note_may_have_several_paragraphs(body):
    """Those of its item or element; an unused one is a note too."""
    profile = body(
        "<p>Boys dig.<a href='#n1'>[1]</a></p><ol><li id=n1><p>ILO.</p><p>Gold. 2004.</p></li><li "
        "id=n2>IOM. 2005.</li></ol>"
    )

    assert notes(profile) == [("1", "ILO. Gold. 2004."), ("2", "IOM. 2005.")]
    assert [p.code for p in profile.problems if "note" in p.code] == ["unused-note"]


def test_prose_after_the_notes_is_kept(body):
    """Furniture there is not."""
    later = "The writer of these lines has been to each of the mines that they tell of."
    profile = body(
        f"<p>Boys dig.[1]</p><p>[1] ILO. 2004.</p><p>{later}</p><p>Share this</p><p>Follow us</p>"
    )

    assert texts(profile) == ["Boys dig.", later]
    assert left_out(profile) == ["Share this", "Follow us"]


def test_paragraphs_and_notes_have_their_lines(body):
    """As an editor shows them."""
    profile = body("\n<p>\nBoys dig.[1]\n</p>\n<p>Girls cook.</p>\n\n<p>[1] ILO. 2004.</p>")

    assert [p.line for p in profile.paragraphs] == [2, 5]
    assert [note.line for note in profile.notes] == [7]


CAFE = "<p>Police came to a caf\u00e9 \u201cin Peru\u201d.</p>"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset='windows-1252'>", "cp1252"),
        ("<meta charset=iso-8859-1>", "cp1252"),
        ("<META http-equiv=Content-Type content='text/html; charset=ISO-8859-1'>", "cp1252"),
        ("<?xml version='1.0' encoding='windows-1252'?>", "cp1252"),
        ("<!-- <meta charset=koi8-r> --><meta charset=utf-8>", "utf-8"),
        ("<meta charset=koi8-r>", "utf-8-sig"),
        ("<meta charset=gb18030>", "gb18030"),
    ],
)
def test_a_page_may_declare_its_encoding(folder, head, encoding):
    """In a meta element or the XML declaration; a byte order mark goes before it."""
    profile = read(folder, (head + CAFE).encode(encoding))

    assert texts(profile) == ["Police came to a café “in Peru”."]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"<meta charset=klingon><p>Police came.</p>", "unknown encoding 'klingon'"),
        (b"<meta charset=unicode_escape><p>Police came.</p>", "unknown encoding"),
        (b"<p>caf\xe9</p>", "is not UTF-8 (byte 0xe9)"),
        (b"<meta charset=utf-8><p>caf\xe9</p>", "is not UTF-8"),
        (b"<meta charset=windows-1252><p>caf\x81</p>", "is not windows-1252, as it says"),
        ("<p>Police came.</p>".encode("utf-16"), "UTF-16"),
        (b"<!-- -->", "holds no"),
        (b"<p></p><script>x</script>", "holds no paragraph"),
        (b"<div>" * 5000 + b"Police came.", "nested too deep"),
    ],
)
def test_a_page_that_cannot_be_read_is_refused(folder, data, says):
    """In one line that names the file and the remedy."""
    with pytest.raises(CorpusError) as raised:
        read(folder, data)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_nothing_but_the_file_is_read(folder):
    """No entity is expanded, no other file or address opened."""
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    profile = read(
        folder,
        '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM '
        '"secret.txt">]><html><body><p>Police &b; came &c; to Peru.</p><iframe src="secret.txt">'
        "</iframe></body></html>",
    )

    assert any("Police &b; came &c; to Peru." in text for text in texts(profile))


PIECES = st.sampled_from(
    "<p> </p> <div> </div> <sup> </sup> <ol> <li> </ol> <table> <tr> <td> </table> <br> <h2> </h2> "
    "<nav> </nav> <form> <b> <a_href='#n1'> <a_href='#n2'> </a> <p_id=n1> <li_id=n2> "
    "<a_name=n1> 1 2 3 "
    "[1] [2] (1) ¹ * † <dt> <dd> 1._ILO. Boys_dig. &amp; &#0; <!-- --> <title> <figure> "
    "<aside>".split()
).map(lambda piece: piece.replace("_", " "))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=120),
        st.lists(PIECES, max_size=40).map(lambda pieces: " ".join(pieces).encode()),
        st.text(max_size=80).map(lambda text: f"<meta charset={text}><p>Police came.".encode()),
    )
)
def test_any_bytes_are_read_or_refused(folder, data):
    """Never another error than the one that says what to do."""
    try:
        profile = read(folder, data, "fuzz.html")
    except CorpusError as error:
        assert "\n" not in str(error)
    else:
        for paragraph in profile.paragraphs:
            assert paragraph.text == paragraph.text.strip() != ""
            for citation in paragraph.citations:
                assert citation.sentence in paragraph.sentences
                assert citation.note in profile.notes


@pytest.mark.parametrize(
    "piece",
    [
        "<p>Boys dig.<a href='#n1'>1</a> ",
        "<li id=n1>1 ILO.",
        "<p>1 ILO.[1] ",
        "<br>1. ILO <sup>1</sup>",
        "<table><tr><td>1<td>ILO",
        "<div class=menu>a",
        "<form>a",
        "<sup>1",
        "<a name=x href='#x'>[1]",
        "<li>1",
        "<p>",
        "&amp;",
        "<p>* a*</p>",
    ],
)
def test_long_pages_take_no_longer_than_they_must(folder, piece):
    """A hundred thousand characters of anything within some seconds, the sentences included."""
    path = folder / "long.html"
    path.write_text(piece * (100_000 // len(piece)), encoding="utf-8")
    began = time.process_time()
    try:
        readers.read(path)
    except CorpusError:
        pass

    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "frame",
    [
        '<div class="cookie-consent">We use cookies.</div>',
        '<div id="sidebar-left">Other pages.</div>',
        '<div class="entry-meta">Posted on 3 May 2014 by A. M.</div>',
        '<div class="newsletter_box"><div>Write to us. We answer each letter.</div></div>',
        '<table class="box ambox"><tr><td>This page needs more sources.</td></tr></table>',
        '<p class="byline">By A. M. and others.</p>',
        '<div class="thumbcaption">A mine in 2008.<a href="#fn1">[1]</a></div>',
        '<p class="wp-caption-text">A mine in 2008.</p>',
    ],
)
def test_frames_and_captions_are_told_by_their_names(body, frame):
    """By a class or id, or a part of it; they are left out and listed."""
    profile = body(f"<p>One ran.</p>{frame}<p>Two men ran to the north of the country.</p>")

    assert texts(profile) == ["One ran.", "Two men ran to the north of the country."]
    assert len(left_out(profile)) == 1


def test_a_label_may_stand_in_an_element_of_its_own(body):
    """The element beside it, and what follows among the notes, is the note."""
    profile = body(
        '<p>One ran.<a href="#f1" id="r1">1</a> Two ran.<a href="#f2" id="r2">2</a></p>'
        '<div class="footnote"><a id="f1" href="#r1">1</a><div><p>ILO. A. 2004.</p></div></div>'
        '<div class="footnote"><a id="f2" href="#r2">2</a><div><p>ILO. B.</p>'
        "<p>2005.</p></div></div>"
    )

    assert texts(profile) == ["One ran. Two ran."]
    assert notes(profile) == [("1", "ILO. A. 2004."), ("2", "ILO. B. 2005.")]


def test_a_way_to_the_top_is_no_text(body):
    """Though it stands at the end of a paragraph."""
    assert texts(
        body('<p>One ran to <a href="#x">top</a> shops. [<a href="#">Back to top</a>]</p>')
    ) == ["One ran to top shops."]


@pytest.mark.parametrize(
    ("marker", "tip"),
    [
        ("<sup>{}</sup>", '<span role="tooltip">{}</span>'),
        ("<sup>[{}]</sup>", '<span class="footnote_tooltip">{}</span>'),
        ("", '<span class="sidenote">{}</span>'),
    ],
)
def test_a_note_may_stand_beside_its_marker(body, marker, tip):
    """Shown when one points at it, or in the margin; its text is no prose."""
    one, two = (marker.format(n) + tip.format(f"ILO. Report {n}. 2004.") for n in (1, 2))
    profile = body(f"<p>One ran.{one} Two ran. Three ran.{two}</p>")

    assert texts(profile) == ["One ran. Two ran. Three ran."]
    assert links(profile) == ["One ran. 1 d ILO.", "Two ran. 2 i ILO.", "Three ran. 2 d ILO."]


def test_a_list_of_notes_goes_before_those_beside_markers(body):
    """They say the same twice."""
    profile = body(
        '<p>One ran.<sup>1</sup><span role="tooltip">ILO. A.</span></p>'
        "<h2>Notes</h2><ol><li>ILO. A. 2004.</li></ol>"
    )
    assert notes(profile) == [("1", "ILO. A. 2004.")]


def test_a_list_in_a_frame_counts_where_there_is_no_other(body):
    """A page's footer may hold its references."""
    profile = body(
        "<p>One ran.<sup>1</sup></p><footer><h4>References</h4>"
        "<ol><li>ILO. A. 2004.</li></ol><p>All rights reserved.</p></footer>"
    )
    assert notes(profile) == [("1", "ILO. A. 2004.")]
    assert texts(profile) == ["One ran."]


def test_stars_are_told_by_their_number(body):
    """As links, too: "**" is no "*"."""
    profile = body(
        '<p>One ran.<a href="#a">*</a> Two ran.<a href="#b">**</a></p>'
        '<p id="a">* ILO. A. 2004.</p><p id="b">** ILO. B. 2005.</p>'
    )
    assert notes(profile) == [("*", "ILO. A. 2004."), ("**", "ILO. B. 2005.")]
