import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.judgments.sections import recognise, split_sections, statutes_span, statutes_start, without_statutes

HEADER = (
    "松江县人民法院 刑事判决书 （2020）沪9901刑初77号 公诉机关松江县人民检察院。 被告人甄有为，男，"
    "1990年1月2日出生，汉族，务工。 "
)
PROCEDURE = (
    "松江县人民检察院以松检刑诉〔2020〕9号起诉书指控被告人甄有为犯盗窃罪，向本院提起公诉。"
    "本院受理后独任审判。现已审理终结。 "
)
CHARGES = "公诉机关指控，2020年3月4日，被告人甄有为在集市上取走他人电动车一辆。公诉机关认为应当以盗窃罪处罚。 "
PLEA = "被告人甄有为对指控没有异议。 "
DEFENCE = "辩护人提出甄有为是初犯，请求从轻。 "
FINDINGS = "经审理查明，2020年3月4日，被告人甄有为取走电动车一辆，价值三千元。 "
EVIDENCE = "上述事实，有证人甲的证言、价格认定书等证据证实。 "
OPINION = "本院认为，被告人甄有为窃取财物，数额较大，其行为构成盗窃罪。依照刑法第二百六十四条之规定，"
VERDICT = "判决如下： 一、被告人甄有为犯盗窃罪，判处拘役四个月，并处罚金二千元。 二、责令退赔。 "
TAIL = "如不服本判决，可在十日内上诉。 审判员乙 二〇二〇年五月六日 书记员丙"
PARTS = {
    "header": HEADER, "procedure": PROCEDURE, "charges": CHARGES, "plea": PLEA, "defence": DEFENCE,
    "findings": FINDINGS, "evidence": EVIDENCE, "opinion": OPINION, "verdict": VERDICT, "tail": TAIL,
}  # fmt: skip
WHOLE = "".join(PARTS.values())


def found(text, kind="judgment"):
    return [(section.name, text[section.start : section.end]) for section in split_sections(text, kind)]


def test_a_judgment_falls_into_its_ten_sections():
    assert found(WHOLE) == list(PARTS.items())


@pytest.mark.parametrize("left_out", ["procedure", "charges", "plea", "defence", "findings", "evidence", "tail"])
def test_a_missing_section_is_left_out_and_the_others_stay(left_out):
    text = "".join(part for name, part in PARTS.items() if name != left_out)
    names = [name for name, _ in found(text)]
    assert names == [name for name in PARTS if name != left_out]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace(" ", ""), "one long line without blanks"),
        (lambda text: text.replace(" ", "\n"), "a line a paragraph"),
        (lambda text: text.replace(" ", "\r\n　　"), "Windows lines, paragraphs indented with ideographic blanks"),
        (lambda text: text.replace("判决如下", "判-3-决如下"), "a ruled page number inside the marker"),
        (
            lambda text: text.replace("判决如下", "判3决如下").replace("经审理查明", "经审1理查明"),
            "bare page numbers of a scan",
        ),
        (lambda text: text.replace("判决如下", "判 决 如 下"), "a heading set wide"),
    ],
)
def test_layout_does_not_move_the_sections(change, why):
    text = change(WHOLE)
    assert [name for name, _ in found(text)] == list(PARTS), why


def test_a_text_wrapped_at_the_margin_keeps_its_sentences():
    flowing = WHOLE.replace(" ", "")
    text = "\n".join(flowing[start : start + 12] for start in range(0, len(flowing), 12))
    assert [name for name, _ in found(text)] == list(PARTS)


def test_the_opinion_is_the_courts_on_guilt_not_the_prosecutions_nor_one_on_evidence():
    weighing = "本院认为，上述证据来源合法，予以采信。 "
    text = WHOLE.replace(OPINION, weighing + OPINION)
    assert dict(found(text))["opinion"] == OPINION
    assert "公诉机关认为" not in dict(found(text))["opinion"]


def test_the_opinion_begins_once_though_the_court_says_it_twice():
    twice = OPINION.replace("依照", "关于量刑，本院认为应当从轻。本院认为以上意见成立。依照")
    assert dict(found(WHOLE.replace(OPINION, twice)))["opinion"] == twice


def test_the_last_verdict_counts_when_an_earlier_judgment_is_quoted():
    text = WHOLE.replace("经审理查明，", "经审理查明，某法院曾判决如下：甄有为拘役一个月。另，")
    assert dict(found(text))["verdict"] == VERDICT


def test_numbered_points_of_the_defence_stay_with_the_defence():
    points = "辩护人提出：1、被告人甄有为自愿认罪；2、被告人甄有为对指控没有异议。 "
    assert dict(found(WHOLE.replace(DEFENCE, points)))["defence"] == points


def test_the_prosecution_offering_its_proof_is_no_evidence_section():
    offer = "上述事实，公诉机关提交了证言。 "
    text = WHOLE.replace(CHARGES, CHARGES + offer).replace(FINDINGS, "").replace(EVIDENCE, "")
    assert dict(found(text))["charges"] == CHARGES + offer


def test_the_plea_against_the_indictments_charge_is_no_charge():
    plea = "被告人甄有为对起诉书的指控，提出异议。 "
    assert dict(found(WHOLE.replace(PLEA, plea)))["plea"] == plea


@pytest.mark.parametrize("left_out", [(), ("charges", "plea", "defence", "findings", "evidence")], ids=["whole", "no facts"])
def test_what_the_court_adds_on_the_hearing_stays_with_the_hearing(left_out):
    more = "本院依法保障了各方诉讼参与人的诉讼权利。 "
    text = "".join(part + (more if name == "procedure" else "") for name, part in PARTS.items() if name not in left_out)
    assert dict(found(text))["procedure"] == PROCEDURE + more


def test_what_the_accused_argues_without_counsel_is_the_plea():
    plea = "被告人甄有为提出，起诉书指控的盗窃罪不能成立，其只是从犯。 "
    sections = dict(found(WHOLE.replace(PLEA, plea).replace(DEFENCE, "")))
    assert sections["plea"] == plea and sections["charges"] == CHARGES


def test_how_the_defendant_was_arrested_is_no_account_of_the_hearing():
    arrest = "因涉嫌犯盗窃罪，松江县人民检察院以盗窃罪批准逮捕。现押于松江县看守所。 "
    sections = dict(found(WHOLE.replace(PROCEDURE, arrest + PROCEDURE)))
    assert sections["procedure"] == PROCEDURE and sections["header"] == HEADER + arrest


def test_facts_told_in_the_sentence_of_the_accusation_are_charges():
    told = "松江县人民检察院以松检刑诉〔2020〕9号起诉书指控：被告人甄有为于2020年3月4日取走电动车。 "
    sections = dict(found(WHOLE.replace(PROCEDURE, told).replace(CHARGES, "")))
    assert sections["charges"] == told
    assert "procedure" not in sections


def test_an_indictment_has_charges_opinion_and_no_verdict():
    text = (
        "松江县人民检察院 起诉书 松检刑诉〔2020〕9号 被告人甄有为，男。 本案由县公安局侦查终结，移送审查起诉。 "
        "经依法审查查明：2020年3月4日，甄有为取走电动车。 认定上述事实的证据如下：证言。 本院认为，"
        "甄有为构成盗窃罪。 此致 松江县人民法院"
    )
    names = [name for name, _ in found(text, "indictment")]
    assert names == ["header", "procedure", "charges", "evidence", "opinion", "tail"]


def test_a_fact_record_has_no_sections():
    assert split_sections(FINDINGS, "fact_record") == ()


MARKERS = "被告人公诉机关指控经审理查明本院认为判决如下犯罪，。；：\n 123甲"


@given(st.text(alphabet=st.sampled_from(MARKERS), max_size=200))
def test_sections_cover_any_text_in_order_without_overlap(text):
    sections = split_sections(text, "judgment")
    if not text.strip():
        assert sections == ()
        return
    assert sections[0].start == 0
    assert sections[-1].end == len(text)
    assert all(one.end == two.start for one, two in zip(sections, sections[1:], strict=False))
    assert all(section.end > section.start for section in sections)


ARTICLE = "《刑法》 第二百六十四条 窃取财物的，处刑。"


@pytest.mark.parametrize(
    ("heading", "why"),
    [
        ("附：相关法律条文 ", "the common heading"),
        ("附本判决适用的法律条文 ", "without a colon"),
        ("本裁判主要法律依据： ", "without 附"),
        ("附录 ", "an appendix"),
        ("法律附页： ", "a page of its own"),
        ("", "bare, right behind the clerk's name"),
    ],
)
def test_appended_statutes_begin_at_their_heading(heading, why):
    text = WHOLE + " " + heading + ARTICLE
    assert text[statutes_start(text) :] == heading + ARTICLE, why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (WHOLE, "statutes cited in the opinion are no appendix"),
        (WHOLE + " 附：扣押物品清单 手机一部", "an appendix of things is none of statutes"),
        (ARTICLE, "a statute alone has no operative part"),
    ],
)
def test_what_is_no_appended_statute(text, why):
    assert statutes_start(text) is None, why


def test_signatures_behind_the_statutes_are_not_cut():
    appeal, signatures = TAIL.split("。 ")
    text = WHOLE.replace(TAIL, f"{appeal}。 附：法律条文 {ARTICLE} {signatures}")
    start, end = statutes_span(text)
    assert text[start:end] == f"附：法律条文 {ARTICLE} "
    assert text[end:] == signatures


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        (WHOLE, "judgment", "a whole judgment"),
        (WHOLE.replace(HEADER, ""), "judgment", "the header is cut off: accused, verdict and offence are enough"),
        (WHOLE.replace(VERDICT, ""), "judgment", "without its verdict it is still a judgment, the stage sets it aside"),
        (
            "某县人民检察院 起诉书 被告人甲，男。经依法审查查明：甲取走车辆。",
            "indictment",
            "the prosecution's document",
        ),
        (
            "某县人民法院 民事判决书 原告甲 被告乙 本院认为应当还款，判决如下： 乙还款。",
            "not_criminal",
            "a civil judgment",
        ),
        ("某县人民法院 行政判决书 原告甲 被告某局 判决如下： 驳回。", "not_criminal", "an administrative judgment"),
        ("某县人民法院 刑事裁定书 罪犯甲，准予减刑。", "reduction", "a ruling on a prisoner"),
        ("某法院 刑事裁定书 罪犯甲。执行机关提出假释建议书，裁定如下： 对罪犯甲予以假释。", "reduction", "a ruling on parole"),
        (
            "最高人民法院 刑事裁定书 被告人甲，依法报请本院核准。裁定如下： 核准某法院以故意杀人罪判处被告人甲死刑的判决。",
            "death_review",
            "a review of a death sentence",
        ),
        ("某法院 刑事裁定书 上诉人（原审被告人）甲，裁定如下： 驳回上诉。", "ruling", "a ruling on appeal"),
        ("今天天气很好，适合散步。", "not_criminal", "no legal text"),
        (" \n\t", "no_text", "blank"),
    ],
)
def test_recognise(text, kind, why):
    assert recognise(text) == kind, why


@pytest.mark.parametrize("signed", ["", "审判员乙 二〇二〇年五月六日 书记员丙"])
def test_statutes_are_cut_from_the_last_section_and_the_others_stay(signed):
    text = WHOLE + "附：相关法律条文 " + ARTICLE + "\n" + signed
    kept, sections = without_statutes(text, split_sections(text, "judgment"))
    assert kept == WHOLE + signed
    assert sections == split_sections(kept, "judgment")


def test_a_judgment_without_statutes_stays_as_it_is():
    sections = split_sections(WHOLE, "judgment")
    assert without_statutes(WHOLE, sections) == (WHOLE, sections)


def test_a_form_left_behind_the_judgment_is_no_verdict():
    form = "依照……的规定，判决如下： ……（写明判决结果。） 如不服本判决，可在十日内上诉。 审判员 二〇二〇年七月八日"
    assert dict(found(WHOLE + form))["verdict"] == VERDICT
