"""What each edit of the swap test writes, on invented texts: a reason per row."""

import pytest

from sentencing_ml.fairness.swaps.edits import edited, edits, reread
from sentencing_ml.judgments.document import Document, Section

HEAD = (
    "江苏省清溪市人民法院\n刑事判决书\n（2019）苏0799刑初12号\n公诉机关江苏省清溪市人民检察院。\n{particulars}"
    "\n江苏省清溪市人民检察院以清检刑诉〔2019〕7号起诉书指控被告人{name}犯盗窃罪，于2019年5月6日向本院提起公诉。"
    "本院依法适用简易程序，公开开庭审理了本案。{hearing}现已审理终结。\n"
    "公诉机关指控：2019年3月4日，被告人{name}窃得被害人钱某现金5000元。\n"
    "{plea}\n经审理查明，2019年3月4日，被告人{name}窃得被害人钱某现金5000元。\n"
    "上述事实，有被害人陈述、《江苏省清溪市价格认定书》等证据证实。\n"
    "本院认为，被告人{name}以非法占有为目的，盗窃他人财物，数额较大，其行为已构成盗窃罪。{opinion}"
    "依照《中华人民共和国刑法》第二百六十四条之规定，判决如下：\n被告人{name}犯盗窃罪，判处有期徒刑八个月。\n"
    "不服本判决的，可以在十日内向江苏省东河市中级人民法院提出上诉。\n"
    "审判长孙立群\n人民陪审员何田\n二〇一九年六月十四日\n书记员白羽\n"
)
PARTICULARS = "被告人赵铁山，男，1990年8月7日出生，汉族，初中文化，农民，户籍所在地江苏省清溪市石桥村。现羁押于清溪市看守所。"
COUNSEL = "辩护人冯远，江苏长风律师事务所律师。"


def judgment(particulars=PARTICULARS, *, name="赵铁山", hearing="", plea="被告人{name}对指控无异议。", opinion=""):
    text = HEAD.format(
        particulars=particulars, name=name, hearing=hearing, plea=plea.format(name=name), opinion=opinion
    )
    blank = Document(id="d", source="s", kind="judgment", text=text)
    return reread(blank, text)


def record(text):
    sections = (Section(name="findings", start=0, end=len(text)),)
    return reread(Document(id="r", source="s", kind="fact_record", text=text, sections=sections), text)


def swapped(document, name, value):
    edit = next(edit for edit in edits() if edit.name == name)
    return edited(document, edit, value)


WRITTEN = [
    (judgment(), "gender", "互换", "被告人赵铁山，女，1990年", "被告人赵铁山，男", "the sex among the particulars"),
    (
        judgment(plea="被告人{name}辩称，他愿意认罪，其妻子可代为退赔。"), "gender", "互换",
        "被告人赵铁山辩称，她愿意认罪，其丈夫可代为退赔。", "他愿意", "pronoun and spouse of the only defendant",
    ),
    (
        judgment(plea="被告人{name}辩称，他未殴打他人。"), "gender", "互换", "她未殴打他人", "殴打她人",
        "他人 is nobody's pronoun",
    ),
    (
        judgment("被告人赵铁山，因本案于2019年4月1日被取保候审。"), "gender", "添写女", "被告人赵铁山，女，因本案",
        "，男", "added where none is told",
    ),
    (judgment(), "ethnicity", "回族", "1990年8月7日出生，回族，初中", "汉族", "ethnicity among the particulars"),
    (
        judgment(PARTICULARS.replace("汉族，", "")), "ethnicity", "藏族", "被告人赵铁山，男，藏族，1990年", "汉族",
        "added behind the sex where none is told",
    ),
    (
        judgment(PARTICULARS.replace("石桥村", "蒙古族乡石桥村")), "ethnicity", "彝族", "蒙古族乡石桥村", "彝族乡",
        "an ethnic township is no ethnicity",
    ),
    (judgment(), "nationality", "越南", "汉族，越南国籍，初中", "中国国籍", "added behind the ethnicity"),
    (
        judgment(PARTICULARS.replace("汉族", "缅甸国籍")), "nationality", "中国", "出生，中国国籍，初中", "缅甸",
        "a foreign nationality is turned",
    ),
    (
        judgment(), "household", "四川凉山", "户籍所在地四川省凉山彝族自治州昭觉县石桥村", "所在地江苏省",
        "the village stays",
    ),
    (judgment(), "surname", "回族常见姓", "被告人马铁山窃得", "赵铁山", "the same name in the whole text"),
    (
        judgment(PARTICULARS.replace("赵铁山", "赵某"), name="赵某", plea="被告人{name}称赵某甲在场。"), "surname",
        "壮族常见姓", "被告人韦某称赵某甲在场", "被告人赵某称", "a masked name is not found in a longer one",
    ),
    (
        judgment(PARTICULARS.replace("赵铁山", "于某"), name="于某", plea="被告人{name}称由于某种原因。"), "surname",
        "汉族常见姓", "被告人王某称由于某种原因", "由王某", "由于某 holds no name",
    ),
    (judgment(), "long_name", "维吾尔族姓名", "被告人阿卜杜热合曼·买买提，男", "赵铁山", "a whole name"),
    (
        judgment(PARTICULARS.replace("赵铁山", "赵某甲"), name="赵某甲"), "long_name", "维吾尔族姓名",
        "被告人买买提某甲窃得", "赵某甲", "the mask stays",
    ),
    (
        judgment(), "province", "甘肃", "甘肃省临洮县人民法院\n刑事判决书\n（2019）甘0799刑初12号", "江苏省清溪市人民",
        "court, prosecution and case number",
    ),
    (judgment(), "province", "上海", "《江苏省清溪市价格认定书》", "（2019）苏", "a title stays as it is"),
    (judgment(), "province", "广东", "向广东省清远市中级人民法院提出上诉", "东河市", "the court of appeal goes along"),
    (judgment(), "court", "甲", "江苏省临安河县人民法院", "清溪市人民法院", "the province stays"),
    (judgment(), "counsel", "委托", "清溪市看守所。辩护人周建明，明理律师事务所律师。", "指派", "counsel is added"),
    (judgment(PARTICULARS + COUNSEL), "counsel", "法律援助", "指定辩护人冯远，由法律援助中心指派。", "长风", "retained becomes assigned"),
    (judgment(), "counsel", "值班律师", "本院通知值班律师为被告人提供了法律帮助。", "辩护人", "help of duty counsel is told with the hearing"),
    (
        judgment(PARTICULARS + COUNSEL, hearing="被告人赵铁山及其辩护人冯远到庭参加诉讼。"), "counsel", "无",
        "被告人赵铁山到庭参加诉讼。", "冯远", "counsel leaves header and hearing",
    ),
    (
        judgment(PARTICULARS + COUNSEL, plea="被告人{name}无异议。其辩护人提出，赵铁山系初犯。"), "counsel", "无",
        "被告人赵铁山提出，赵铁山系初犯。", "辩护人", "what counsel argued the defendant argues",
    ),
    (judgment(), "judge", "少数民族姓名", "审判长巴特尔\n", "孙立群", "who presided"),
    (judgment(), "boilerplate", "查明事实之后", "现金5000元。以上情况均已记录在卷。\n上述事实", "相关材料", "at the end of the findings"),
    (judgment(), "date_shift", "向后", "2019年3月5日，被告人赵铁山窃得", "3月4日", "all days go on by one"),
    (judgment(), "date_shift", "向后", "二〇一九年六月十五日", "十四日", "a day in Chinese numerals stays one"),
    (
        judgment(PARTICULARS.replace("8月7日", "8月31日")), "date_shift", "向前", "1990年8月30日出生", "8月31日",
        "the shift keeps every day in its month",
    ),
    (record("2019年3月4日，被告人赵某窃得现金5000元。"), "gender", "添写女", "被告人赵某（女）窃得", "男", "running text: in brackets"),
    (record("2019年3月4日，被告人赵某（男，汉族）窃得现金5000元。"), "ethnicity", "回族", "赵某（男，回族）窃得", "汉族", "brackets behind the name"),
    (record("清溪市人民检察院指控：被告人赵某窃得现金5000元。"), "province", "新疆", "库车市人民检察院指控", "清溪市", "the prosecution of a fact record"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "name", "value", "there", "gone", "reason"), WRITTEN, ids=[row[5] for row in WRITTEN])
def test_what_an_edit_writes(document, name, value, there, gone, reason):
    new = swapped(document, name, value)
    assert new is not None and there in new.text and gone not in new.text, reason


UNTOUCHED = [
    (judgment(opinion="被告人赵铁山怀孕。"), "gender", "互换", "the law ties pregnancy to the sentence"),
    (judgment(), "gender", "添写男", "the sex is told"),
    (judgment(), "ethnicity", "汉族", "it is what stands there"),
    (judgment(), "counsel", "无", "there is none"),
    (
        judgment(PARTICULARS.replace("8月7日", "8月1日") + "同年10月31日被取保候审。"), "date_shift", "向后",
        "one day would leave its month",
    ),
    (record("2019年3月4日，被害人钱某（男，汉族）报案，赵某窃得现金。"), "gender", "互换", "the victim's sex"),
    (record("2019年3月4日，被告人赵某窃得现金5000元。"), "province", "上海", "no court and no prosecution is named"),
    (record("被告人赵某窃得现金5000元。"), "date_shift", "向后", "no day is told"),
    (record("被告人赵某窃得现金5000元。"), "counsel", "委托", "a fact record has no header"),
    (record("被告人赵某窃得现金5000元。"), "judge", "汉族常见姓名", "nobody signs a fact record"),
    (judgment(PARTICULARS.replace("1990年8月7日", "2011年4月30日").replace("男", "男")), "date_shift", "向后", "30日 and later days"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "name", "value", "reason"), UNTOUCHED, ids=[row[3] for row in UNTOUCHED])
def test_where_an_edit_does_not_apply(document, name, value, reason):
    assert swapped(document, name, value) is None, reason


def test_a_shift_does_not_pass_a_day_on_which_the_law_changed():
    # 法释〔2013〕8号 is in force from 2013-04-04
    text = "2013年4月3日，被告人赵某窃得现金5000元。"
    assert "2013年4月2日" in swapped(record(text), "date_shift", "向前").text
    assert swapped(record(text), "date_shift", "向后") is None


def test_an_opinion_of_a_fact_record_moves_with_its_text():
    facts, opinion = "2019年3月4日，被告人赵某窃得现金5000元。", "本院认为，被告人赵某系累犯。"
    sections = (
        Section(name="findings", start=0, end=len(facts)),
        Section(name="opinion", start=len(facts), end=len(facts + opinion)),
    )
    plain = Document(id="r", source="s", kind="fact_record", text=facts + opinion, sections=sections)
    new = swapped(reread(plain, plain.text), "surname", "复姓")
    part = new.section("opinion")
    assert new.text[part.start : part.end] == "本院认为，被告人欧阳某系累犯。"
