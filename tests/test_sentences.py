"""The sentences of a paragraph, as spans of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa.sentences import sentence_spans
from written import squeezed

CASES = [
    # An abbreviation ends no sentence.
    ["The U.S. Department of State released its annual report.", "It covers 188 countries."],
    ["The film was funded by the U.S. Government in 2004."],
    ["Article 3 was amended by Art. 5 of the Penal Code.", "The law took effect later."],
    ["Cambodia ratified ILO Convention No. 182 in 2006.", "It has not ratified No. 189."],
    ["It ratified ILO Conventions Nos. 29 and 105 in 1999."],
    ["Under Sec. 3 of the Act, traffickers face ten years in prison.", "Fines also apply."],
    ["The study by Derks et al. found 2,000 victims.", "Steinfatt et al. (2002) disagreed."],
    ["In Siliadin v. France the court found servitude.", "Another case followed."],
    ["According to Dr. Chou Meng Tarr, most victims were Vietnamese."],
    ["There were approx. 300 women in the shelter.", "Approx. 40 were minors."],
    ["The raid took place on Jan. 5 and Dec. 12, 2004.", "Police freed 83 women."],
    ["Victims were moved from St. Lucia to St. Vincent and the Grenadines."],
    ["A report by J. Smith and A. B. Jones was published.", "J. Smith declined to comment."],
    ["See p. 5 and pp. 12-14 of the report.", "The data are in para. 3 below."],
    ["They work from 7 a.m. to 6 p.m. every day.", "Nobody is paid."],
    ["World Education, Inc. ran the project with Garments Ltd. until 2010."],
    ["Gen. Hok Lundy and Col. Un Sokunthea led the raid.", "Lt. Gen. Prum Sokha was present."],
    ["The report covers Thailand, Vietnam, etc. and was updated in 2004."],
    ["The project was run by the U.N. Office on Drugs and Crime."],
    ["The decision (Res. 55/25) refers to Reg. 14 and Subsec. 2.", "It is binding."],
    ["Mr. Kek Galabru, Mrs. Mu Sochua and Ms. Chea Vannath signed.", "Prof. Steinfatt did not."],
    ["In Vol. 2, Ch. 4, Fig. 3 shows the routes.", "Table 1 shows the numbers."],
    ["Mt. Elgon and Ft. Portal are transit points.", "Sgt. Okello patrols them."],
    ["The rains last from Jan. to Mar. each year.", "In Sept. they end."],
    # At a real boundary it ends one.
    ["Many were deported, and some live in the U.S.", "The government has amended the law."],
    ["Some victims are taken to the U.K.", "However, most stay in the region."],
    ["Inspections end at 5 p.m.", "The police do not work at night."],
    ["The suspects were released by the court in Washington, D.C.", "They left the country."],
    ["They sell flowers, gum, etc.", "Many are under 10."],
    ["The convention was adopted by the U.N.", "It entered into force in 2003."],
    # Numbers.
    ["About 1.6 million children work.", "Of these, 0.3 million do hazardous work."],
    ["The law was passed in 2004.", "2005 was the first year of enforcement."],
    ["The police raided a hotel.", "83 women were freed.", "8 suspects were held."],
    ["The rate fell to 3.5 percent in 2003.", "1,200 cases were pending.", "$2 million was spent."],
    ["Work is banned for children under age 15.", "Children 12 to 15 may do light work."],
    ["The law was adopted on March 3, 2008.", "Articles 8 to 19 define the offences."],
    ["Decision No. 14 was taken.", "Ministerial Order No. 56 of 2004 lists hazardous work."],
    ["Victims increased (see Figure 2.1).", "They were aged 14.5 years on average."],
    # Question marks, exclamation marks, semicolons, dots.
    ["Where do the victims come from?", "Most come from Vietnam!", "Few speak Khmer."],
    ["The law bans slavery; The decree bans servitude; it has no penalties."],
    ["Is there an answer?", "No.", "The ministry did not reply."],
    ["The victims waited ... and no one came.", "Then the police arrived."],
    ["The girls came from Ho Chi Minh City…", "None had papers."],
    # Quotation marks and brackets.
    ["The NGO objected.", '"They were no victims," the minister said.', "The case was closed."],
    ["The minister denied it.", "“There is no trafficking here,” he said."],
    ["The law is old.", "[It was passed in 1996.]", "No one enforces it."],
    ["The shelter closed.", "(It had 40 beds.)", "Victims now go to Bangkok."],
    ["Victims are fined (up to $500).", "They are then deported."],
    ["She said: 'I was sold.'", "'My aunt took the money.'"],
    ["Victims asked: “Who will pay?” and received no answer.", "“Nobody!” was the reply."],
    ["The law bans child labor (see Art. 5 and No. 182).", "Exceptions are few."],
    # Addresses.
    ["See www.example.org for details.", "The site http://www.example.org/a is updated often."],
    ["Write to desk@example.org.", "An answer takes a day."],
]  # fmt: skip
TROUBLE = st.text(alphabet=" \t\n\u00a0.?!…;:,'\"“”()[]aAbZé1900$-–U.S.No", max_size=120)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0][:40])
def test_sentences_end_where_a_reader_ends_them(case):
    """Sentences joined by a space, or a line break, come apart as they were."""
    for space in [" ", "\n"]:
        text = space.join(case)
        assert [text[start:end] for start, end in sentence_spans(text)] == case


def test_a_lost_space_does_not_hide_a_boundary():
    """Where markers or a page's layout took the space, a capital after a word begins anew."""
    text = "The ministry inspected fisheries.The law bans child labor."
    found = [text[start:end] for start, end in sentence_spans(text)]

    assert found == ["The ministry inspected fisheries.", "The law bans child labor."]


def test_no_text_has_no_sentences():
    """White space is no sentence, and one without a full stop is one."""
    assert sentence_spans("") == []
    assert sentence_spans(" \n ") == []
    assert sentence_spans("  no full stop ") == [(2, 14)]


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=200), TROUBLE))
def test_sentences_cover_each_visible_character_once(text):
    """They stand in order, don't overlap, and bear no white space about them."""
    spans = sentence_spans(text)
    ends = [0, *(end for _, end in spans)]

    for end_before, (start, end) in zip(ends, spans, strict=False):
        assert end_before <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
    assert squeezed("".join(text[start:end] for start, end in spans)) == squeezed(text)
