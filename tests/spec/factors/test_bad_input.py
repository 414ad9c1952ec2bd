"""Documents as they really come: broken, masked, slipped, in part. The value is right or null; nothing crashes."""

import json

import pytest

from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.settings import load_settings

HEAD = "某省松江县人民法院 刑事判决书 （2020）某9901刑初77号 公诉机关松江县人民检察院。 "
ACCUSED = "被告人甄有为，男，1990年1月2日出生，汉族，初中文化，务工。 "
CASE = (
    "松江县人民检察院以松检刑诉〔2020〕9号起诉书指控被告人甄有为犯盗窃罪，向本院提起公诉。"
    "本院适用简易程序，独任审判，公开开庭审理了本案。现已审理终结。 "
)
STORY = "经审理查明，2020年3月4日，被告人甄有为在集市上取走他人电动车一辆，价值三千元。 "
OPINION = "本院认为，被告人甄有为窃取财物，数额较大，其行为构成盗窃罪。依照《中华人民共和国刑法》第二百六十四条之规定，"
VERDICT = "判决如下： 被告人甄有为犯盗窃罪，判处拘役四个月，缓刑六个月，并处罚金人民币二千元。 "
TAIL = "如不服本判决，可在十日内上诉。 审判员贾乙 二〇二〇年五月六日 书记员孙丙"
WHOLE = HEAD + ACCUSED + CASE + STORY + OPINION + VERDICT + TAIL
RIGHT = {
    "court": "某省松江县人民法院",
    "case_number": "（2020）某9901刑初77号",
    "judgment_date": "2020-05-06",
    "procedure": "简易",
    "instance": "一审",
    "name": "甄有为",
    "birth_date": "1990-01-02",
    "final": ("拘役", 4, 6, 2000),
    "charge": "盗窃罪",
}


def read(text, tmp_path):
    """Return what is read of one text: case, first defendant and sentence, in one dictionary."""
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"id": "d", "text": text}, ensure_ascii=False), encoding="utf-8")
    (document,) = read_documents([path], settings=load_settings(), mask=False)
    assert isinstance(document, Document), document
    extraction = extract(document)
    rows, _ = rows_of(extraction, cluster="c")
    factor_frame(rows)  # every value fits its column
    person = extraction.people[0]
    final = person.sentence and person.sentence.final
    return {
        **extraction.values,
        **person.values,
        "name": person.name,
        "names": [one.name for one in extraction.people],
        "final": final and (final.kind, final.term_months, final.probation_months, final.fine_yuan),
        "charge": person.charges[0] if person.charges else None,
        "withheld": {(item.factor, item.reason) for item in (*extraction.withheld, *person.withheld)},
    }


SAME = [
    (lambda text: text, "as courts write it"),
    (lambda text: text.replace(" ", ""), "one line without white space"),
    (lambda text: text.replace(" ", "\r\n　　"), "paragraphs indented with ideographic blanks"),
    (lambda text: "\n".join(text[at : at + 21] for at in range(0, len(text), 21)), "wrapped at the margin"),
    (lambda text: text.replace("判决如下", "判 决 如 下"), "a heading set wide"),
    (lambda text: text.replace("现已审理", "现已-1-审理").replace("人民币", "人民－2－币"), "ruled page numbers inside words"),
    (lambda text: text.replace("现已审理", "现已第1页共2页审理"), "pages counted"),
    (lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")), "full-width digits"),
    (lambda text: text.replace("（2020）", "(2020)"), "half-width brackets"),
    (lambda text: text.replace("：", ":").replace("，", ",", 3), "half-width punctuation here and there"),
    (lambda text: text.replace("二〇二〇年", "二О二О年"), "letters O for zeros in the date"),
    (lambda text: "甄有为盗窃一审刑事判决书 " + text, "a title before it"),
    (lambda text: "签发：核稿人：事由：被告人甄有为盗窃一案校对： " + text, "an approval form before it"),
    (lambda text: text + " 附：相关法律条文 《中华人民共和国刑法》 第二百六十四条 盗窃的，处三年以下有期徒刑，并处罚金。", "statutes behind it"),
    (lambda text: text.replace("被告人甄有为，男", "被告人自报甄有为，男"), "自报 before the name"),
    (lambda text: text.replace("\u0020", "\u200b \ufeff"), "characters that nobody sees"),
    (lambda text: text.replace("缓刑六个月", "缓期六个月"), "缓期 for 缓刑"),
    (lambda text: text.replace("罚金人民币二千元", "罚金人币贰仟圆"), "a lost letter, capital numerals, 圆"),
    (lambda text: text.replace("拘役四个月", "拘役四、个月"), "a stray comma in the term"),
    (lambda text: text.replace("缓刑六个月", "缓刑3六个月"), "a bare page number in the term"),
]


@pytest.mark.parametrize(("change", "reason"), SAME, ids=[row[1] for row in SAME])
def test_form_does_not_change_what_is_read(change, reason, tmp_path):
    found = read(change(WHOLE), tmp_path)
    expected = dict(RIGHT)
    # a number is given as the text writes it
    expected["case_number"] = found["case_number"]
    assert {name: found.get(name) for name in RIGHT} == expected, reason
    assert found["case_number"].translate(str.maketrans("０１２３４５６７８９()", "0123456789（）")) == RIGHT["case_number"]


@pytest.mark.parametrize("mask", ["甄某", "甄某某", "甄某甲", "甄某1", "甄*甲", "甄＊＊", "甄××", "甄XX", "甄xx", "甄1"])
def test_every_style_of_masks_is_a_name(mask, tmp_path):
    found = read(WHOLE.replace("甄有为", mask), tmp_path)
    assert (found["names"], found["final"]) == ([mask], RIGHT["final"])


NULL = [
    (WHOLE.replace(TAIL, "如不服本判决，可在十日内上诉。 审判员贾乙 书记员孙丙"), "judgment_date", None, "no date"),
    (WHOLE.replace("二〇二〇年五月六日", "二??〇年五月六日"), "judgment_date", None, "a date with lost characters"),
    (WHOLE.replace("二〇二〇年", "二〇一九年"), "judgment_date", "contradictory_dates", "dated before its number"),
    (
        WHOLE + " 审判员贾乙 二〇二〇年七月八日 书记员孙丙",
        "judgment_date",
        "several_dates",
        "signed twice with two dates",
    ),
    (WHOLE.replace("1990年1月2日", "2021年1月2日"), "birth_date", "contradictory_dates", "born after the judgment"),
    (WHOLE.replace("（2020）某9901刑初77号", ""), "case_number", None, "no number"),
    (WHOLE.replace("某省松江县人民法院", ""), "court", None, "no court"),
    (WHOLE.replace("适用简易程序，", ""), "procedure", None, "a single judge alone"),
    (WHOLE.replace("判处拘役四个月", "判处拘役"), "final", None, "a penalty without its term"),
    (
        WHOLE.replace(VERDICT, "判决如下： 被告人甄有为赔偿附带民事诉讼原告人钱丁医疗费五千元。 "),
        "final",
        "civil_part_alone",
        "the civil claims alone",
    ),
]


@pytest.mark.parametrize(("text", "name", "why", "reason"), NULL, ids=[row[3] for row in NULL])
def test_what_cannot_be_known_is_null(text, name, why, reason, tmp_path):
    found = read(text, tmp_path)
    if name == "final" and why is None:
        assert found["final"] == ("拘役", None, 6, 2000), reason
    else:
        assert found.get(name) is None, reason
    if why:
        factors = {"final": {"penalty", "final_penalty"}}.get(name, {name})
        assert {(factor, why) for factor in factors} <= found["withheld"], reason


APPEAL = (
    "某省松江市中级人民法院 刑事判决书 （2020）某99刑终12号 原公诉机关松江县人民检察院。 上诉人（原审被告人）甄有为，男，1990年1月2日出生。 "
    "原审被告人钱丁，男，1991年2月3日出生。 松江县人民法院审理松江县人民检察院指控原审被告人甄有为、钱丁犯盗窃罪一案，于2020年3月4日作出刑事判决。"
    "宣判后，甄有为不服，提出上诉。本院依法组成合议庭审理了本案。现已审理终结。 "
    "{told}本院认为，上诉人甄有为的行为构成盗窃罪，量刑过重。依照《中华人民共和国刑事诉讼法》第二百三十六条之规定，判决如下： "
    "一、维持松江县人民法院刑事判决对原审被告人钱丁的部分； 二、撤销该判决对上诉人甄有为的量刑部分； "
    "三、上诉人甄有为犯盗窃罪，判处拘役三个月。 本判决为终审判决。 审判长贾乙 审判员孙丙 二〇二〇年七月八日 书记员李戊"
)
TOLD = "原审法院认定上述事实，并依照刑法判决：一、被告人甄有为犯盗窃罪，判处有期徒刑六个月；二、被告人钱丁犯盗窃罪，判处拘役五个月。上诉人甄有为上诉提出量刑过重。 "


def test_an_appeal_changes_one_sentence_and_keeps_another_that_it_tells(tmp_path):
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"id": "d", "text": APPEAL.format(told=TOLD)}, ensure_ascii=False), encoding="utf-8")
    (document,) = read_documents([path], settings=load_settings(), mask=False)
    extraction = extract(document)
    assert extraction.values["instance"] == "二审"
    assert {one.name: (one.sentence.final.kind, one.sentence.final.term_months) for one in extraction.people} == {
        "甄有为": ("拘役", 3),
        "钱丁": ("拘役", 5),
    }


def test_a_sentence_that_an_appeal_keeps_and_does_not_tell_is_null_with_its_reason(tmp_path):
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"id": "d", "text": APPEAL.format(told="")}, ensure_ascii=False), encoding="utf-8")
    (document,) = read_documents([path], settings=load_settings(), mask=False)
    changed, kept = extract(document).people
    assert changed.sentence.final.term_months == 3
    assert kept.sentence is None
    assert {(item.factor, item.reason) for item in kept.withheld} >= {("final_penalty", "appeal_keeps_unknown")}


@pytest.mark.parametrize("length", range(20, len(WHOLE), 23))
def test_a_text_cut_off_anywhere_is_read_or_set_aside(length, tmp_path):
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"id": "d", "text": WHOLE[:length]}, ensure_ascii=False), encoding="utf-8")
    for item in read_documents([path], settings=load_settings(), mask=True):
        if isinstance(item, Document):
            final = [one.sentence.final for one in extract(item).people if one.sentence]
            assert all(one.kind in ("拘役", None) for one in final)
