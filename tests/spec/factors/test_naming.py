"""Whatever a defendant is called, the facts are the same."""

import pytest

from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.naming import neutral, neutral_names
from sentencing_ml.factors.reading import reading_of
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections

TEXT = (
    "江苏省清溪市人民法院\n刑事判决书\n（2019）苏0799刑初12号\n公诉机关江苏省清溪市人民检察院。\n"
    "被告人{name}，男，1990年8月7日出生，汉族，{name}食品店店主，住清溪市。现羁押于清溪市看守所。\n"
    "江苏省清溪市人民检察院以清检刑诉〔2019〕7号起诉书指控被告人{name}犯盗窃罪，于2019年5月6日向本院提起公诉。本院公开开庭审理了本案。现已审理终结。\n"
    "经审理查明，2019年3月4日，被告人{name}多次窃取被害人钱某现金，共计5000元。\n"
    "上述事实，有被害人陈述等证据证实。\n"
    "本院认为，被告人{name}盗窃他人财物，数额较大，其行为已构成盗窃罪。{name}如实供述，可从轻处罚。依照《中华人民共和国刑法》第二百六十四条之规定，判决如下：\n"
    "被告人{name}犯盗窃罪，判处有期徒刑八个月。\n"
)


def judgment(name, text=TEXT):
    text = text.format(name=name)
    sections = split_sections(text, "judgment")
    return Document(
        id="d", source="s", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections)
    )


NAMES = [
    ("曾志鹏", "曾 before 多次 reads like an earlier time"),
    ("王立功", "a given name that is a merit"),
    ("欧阳志鹏", "a surname of two characters"),
    ("阿卜杜热合曼·买买提", "a name longer than rules look"),
    ("于某", "a surname that ends 由于, 对于"),
    ("买买提某甲", "a long name that is masked"),
]


@pytest.mark.parametrize(("name", "reason"), NAMES, ids=[row[1] for row in NAMES])
def test_the_facts_do_not_depend_on_the_name(name, reason):
    plain, other = extract(judgment("李明亮")).people[0], extract(judgment(name)).people[0]
    assert other.name == name
    assert other.values == {**plain.values, "occupation": f"{name}食品店店主"}, reason
    assert other.sentence.final.term_months == plain.sentence.final.term_months == 8
    assert {(item.factor, item.rule) for item in other.evidence} == {(item.factor, item.rule) for item in plain.evidence}


def test_spans_lead_to_the_stored_text():
    document = judgment("阿卜杜热合曼·买买提")
    found = {item.factor: document.text[item.start : item.end] for item in extract(document).people[0].evidence}
    assert found["amount_yuan"].endswith("5000元") and found["occupation"] == "阿卜杜热合曼·买买提食品店店主"


def reading(text):
    return reading_of(
        Document(id="r", source="s", kind="fact_record", text=text, defendants=find_defendants(text, ())), dropped=()
    )


def test_a_mask_stays_and_longer_names_are_others():
    read = neutral(reading("被告人张某、李某甲殴打张某乙，张某逃离。"))
    one, other = (defendant.name for defendant in read.defendants)
    assert one[1:] == "某" and other[1:] == "某甲" and one[0] != other[0]
    assert read.sections["findings"].text == f"被告人{one}、{other}殴打张某乙，{one}逃离。"


def test_a_neutral_name_is_nobodys_in_the_text():
    names = neutral_names(reading("被告人张某殴打邱某、骆某、谭某。"))
    assert names["张某"][0] not in "邱骆谭张"


def test_equal_texts_are_read_alike_whoever_stands_in_them():
    texts = {neutral(reading(f"被告人{name}窃得现金，{name}归案。")).sections["findings"].text for name in ("张某", "韦某", "欧阳某")}
    assert len(texts) == 1


@pytest.mark.parametrize("name", ["XX", "某某"])
def test_what_is_no_name_stays(name):
    assert neutral_names(reading(f"被告人{name}窃得现金，{name}归案。")) == {}
