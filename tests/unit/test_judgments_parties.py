import pytest

from sentencing_ml.judgments.document import Section
from sentencing_ml.judgments.parties import find_defendants, is_word, surnames
from sentencing_ml.judgments.sections import split_sections

START = "某县人民法院 刑事判决书 公诉机关某县人民检察院。 "
END = " 某县人民检察院以某检〔2020〕1号起诉书指控被告人犯罪，提起公诉。现已审理终结。 公诉机关指控，有事。"


def header(text):
    whole = START + text
    return whole, (Section(name="header", start=0, end=len(whole)),)


def names(text):
    return [defendant.name for defendant in find_defendants(*header(text))]


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("被告人赵大，男，1990年出生。", ["赵大"], "a plain name"),
        ("被告人赵某某，男。 被告人赵某甲，女。", ["赵某某", "赵某甲"], "masked names differ by their last character"),
        ("被告人郑*甲，男。被告人郑*乙，男。", ["郑*甲", "郑*乙"], "masked with an asterisk"),
        ("被告人郑＊甲，男。", ["郑＊甲"], "a full-width asterisk stays as written"),
        ("被告人李X1，男。 被告人李XX，男。", ["李X1", "李XX"], "masked with X"),
        ("被告人张3，男。", ["张3"], "masked with a number"),
        ("被告人Xing，男。", ["Xing"], "a name in Latin letters"),
        ("被告人JOHN SMITH，男，外国籍。", ["JOHN SMITH"], "a name of two words"),
        ("被告人买买提·艾力，男，维吾尔族。", ["买买提·艾力"], "a name with a dot"),
        ("被告人：赵大，男。", ["赵大"], "a colon behind the word"),
        ("被告人自报赵大，男。", ["赵大"], "a name as given by the person"),
        ("被告人（暨附带民事诉讼被告人）赵大，男。", ["赵大"], "two roles in brackets"),
        ("被告人暨附带民事诉讼被告人赵大，男。", ["赵大"], "two roles without brackets"),
        ("上诉人（原审被告人）赵大，男。", ["赵大"], "an appeal by the accused"),
        ("原审被告人赵大，男。", ["赵大"], "an appeal by the prosecution"),
        ("被告单位某公司。 诉讼代表人钱二。 被告人赵大，男。", ["某公司", "赵大"], "a company is one, its representative none"),
        ("被告人赵大，男。 被告单位青禾贸易有限公司，住所地某市。", ["赵大", "青禾贸易有限公司"], "in the order of the text"),
        ("被告单位青禾（上海）有限公司，法定代表人赵大。", ["青禾（上海）有限公司"], "brackets inside the name"),
        ("被告单位青禾公司（以下简称青禾），住所地某市。", ["青禾公司"], "brackets behind the name"),
        ("被告单位：某县某镇村民委员会。", ["某县某镇村民委员会"], "a village committee, behind a colon"),
        ("被告单位××化工厂系个人独资企业，住所地某市。", ["××化工厂"], "no comma behind a masked name"),
        ("上诉人（原审被告单位）青禾公司，住所地某市。", ["青禾公司"], "an appeal by a company"),
        ("上诉单位（原审被告单位）青禾公司，住所地某市。", ["青禾公司"], "the other way to write it"),
        ("被告单位青禾公司，住所地某市。 诉讼代表人钱二，被告单位青禾公司职工。", ["青禾公司"], "told again of a person"),
        ("被告单位青禾公司，住所地某市。 诉讼代表人钱二，男，被告单位财务科科长。", ["青禾公司"], "a job in the company"),
        ("被告单位青禾公司、赵大偷税案判决书 被告单位青禾公司，住所地某市。", ["青禾公司"], "a title names it first"),
        ("被告单位的诉讼代表人钱二。 被告人赵大，男。", ["赵大"], "no name behind the word"),
        ("附带民事诉讼被告单位青禾保险公司。 被告人赵大，男。", ["赵大"], "a civil party"),
        ("附带民事诉讼被告人青禾保险公司。 被告人赵大，男。", ["赵大"], "a civil party that is a company"),
        (
            "附带民事诉讼原告人钱二，男。 附带民事诉讼被告人孙三，男。 被告人赵大，男。",
            ["赵大"],
            "civil parties are none",
        ),
        ("被告人赵大，男。 法定代理人赵二，系被告人赵大之父。 辩护人周五。", ["赵大"], "guardian and counsel are none"),
        ("被告人赵大，男。被告人赵大曾因盗窃受罚。", ["赵大"], "named again in the particulars"),
        ("被告人于金，男。 被告人曾大，男。", ["于金", "曾大"], "family names that are also words"),
        ("被告人甲乙丙丁戊己庚，女。", ["甲乙丙丁戊己庚"], "a long name of a minority"),
        ("被告人赵大因本案被拘留。", ["赵大"], "no comma behind the name"),
        ("被告人赵大盗窃一案一审刑事判决书 被告人赵大，男。", ["赵大"], "a title is no name"),
        ("被告人赵某，男，1990年1月2日出生。 被告人赵某，男，1992年3月4日出生。", ["赵某", "赵某"], "one masked name, two persons"),
        ("被告人赵某。因涉嫌盗窃被拘留。 被告人赵某。取保候审。", ["赵某", "赵某"], "one masked name, nothing else told"),
        (
            "".join(f"被告人赵某，男，汉族。{'因涉嫌犯某某罪被某县公安局刑事拘留，经某县人民检察院批准逮捕。' * 3}辩护人{counsel}。" for counsel in "钱孙"),
            ["赵某", "赵某"],
            "told apart by what stands far behind the name",
        ),
        ("被告人赵某某1，男。 被告人赵某某10，男。 被告人赵某某11，男。", ["赵某某1", "赵某某10", "赵某某11"], "numbers that begin alike"),
        ("被告人赵某，男。 被告人赵某华，女。", ["赵某", "赵某华"], "the name of one begins that of another"),
        ("被告人赵某甲；钱某盗窃案判决书 被告人赵某甲，男。 被告人钱某，女。", ["赵某甲", "钱某"], "a title that lists the accused"),
        ("被告人赵某，男。 被告人赵某及其辩护人到庭。", ["赵某"], "named again with counsel"),
        ("被告人赵某，男。 被告人赵某到庭参加诉讼。", ["赵某"], "named again in court"),
    ],
)
def test_names_in_the_header(text, expected, why):
    assert names(text) == expected, why


@pytest.mark.parametrize(
    ("text", "aliases", "why"),
    [
        ("被告人赵大，男，绰号“老虎”。", (), "behind the sex no alias is looked for"),
        ("被告人赵大，绰号“老虎”，男。", ("老虎",), "a nickname"),
        ("被告人赵大，曾用名赵小、别名赵中，男。", ("赵小", "赵中"), "two kinds of names"),
        ("被告人赵大，绰号“老虎”、“阿大”，男。", ("老虎", "阿大"), "a list in quotation marks"),
        ("被告人赵大（又名赵小），男。", ("赵小",), "in brackets"),
        ("被告人赵大（ZHAO DA），男。", ("ZHAO DA",), "the name in Latin letters"),
        ("被告人赵大（自报），男。", (), "自报 alone is no alias"),
    ],
)
def test_aliases(text, aliases, why):
    assert find_defendants(*header(text))[0].aliases == aliases, why


@pytest.mark.parametrize(
    ("text", "told", "aliases", "why"),
    [
        ("被告单位青禾贸易有限公司（以下简称青禾公司），住所地某市。", "", ("青禾公司",), "declared behind the name"),
        ("被告单位青禾贸易有限公司，住所地某市。", "青禾贸易有限公司（以下简称“青禾”）成立。", ("青禾",), "declared in the story"),
        ("被告单位青禾贸易有限公司，住所地某市。", "白鹭公司（下称白鹭）成立。", (), "another company's"),
        ("被告单位青禾贸易有限公司，住所地某市。", "指控被告单位青某贸易有限公司犯罪。", ("青某贸易有限公司",), "masked elsewhere"),
        ("被告单位青禾贸易有限公司，住所地某市。", "被告单位青禾公司偷税。", ("青禾公司",), "shortened"),
        ("被告单位青禾贸易有限公司，住所地某市。", "被告单位白鹭公司偷税。", (), "letters that the name has not"),
        ("被告单位青禾贸易公司，住所地。 被告单位青禾运输公司，住所地。", "被告单位青禾公司偷税。", (), "it may be either"),
    ],
)
def test_other_forms_of_a_units_name(text, told, aliases, why):
    whole, sections = header(text)
    first, *_ = find_defendants(whole + told, sections)
    assert first.entity and first.aliases == aliases, why


def test_a_unit_has_the_span_of_its_particulars_and_a_person_is_none():
    first, second = "被告单位青禾公司，住所地某市。 ", "被告人钱二，女，回族。 "
    whole, sections = header(first + "诉讼代表人周五。 " + second)
    unit, person = find_defendants(whole, sections)
    assert (whole[unit.start : unit.end], unit.entity) == (first, True)
    assert (whole[person.start : person.end], person.entity) == (second, False)


def test_the_particulars_reach_to_the_next_party():
    first, second = "被告人赵大，男，汉族。 ", "被告人钱二，女，回族。 "
    text = START + first + "辩护人周五，律师。 " + second + END
    found = find_defendants(text, split_sections(text, "judgment"))
    assert [text[one.start : one.end] for one in found] == [first, second + " "]
    assert [one.index for one in found] == [0, 1]


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("经审理查明，被告人王某在家中饮酒。", ["王某"], "masked, a verb behind"),
        ("被告人王某甲、李某乙共同取走财物。", ["王某甲", "李某乙"], "a list"),
        ("被告人王某和李某（另案处理）取走财物。", ["王某"], "behind 和 stands one who is tried elsewhere"),
        ("被告人王某和李某取走财物，被告人李某驾车。", ["王某", "李某"], "behind 和 stands one whom the text accuses"),
        ("被告人王小明驾车。被告人王小明下车。", ["王小明"], "a full name settled by its repetition"),
        ("被告人欧阳明驾车。被告人欧阳明下车。", ["欧阳明"], "a family name of two characters"),
        ("被告人刘1某驾车。", ["刘1某"], "the number before the mask"),
        ("被告人陈AA驾车。", ["陈AA"], "masked with letters"),
        ("被告人王某于2014年3月驾车。", ["王某"], "the year is not part of the name"),
        ("被告人家属赔偿。被告人供述在卷。被告人王某认罪。", ["王某"], "words behind 被告人 are no names"),
        ("被告人买买提·艾力（男，维吾尔族）和他人驾车。", ["买买提·艾力"], "a name with a dot, brackets behind"),
        ("被告人王某（男，回族）、李某乙取走财物。", ["王某", "李某乙"], "a list in which one is told of"),
        ("被告人王某、上官X驾车。", ["王某", "上官X"], "a family name of two characters, masked"),
        ("有人报案。", [], "nobody is accused"),
    ],
)
def test_names_in_running_text(text, expected, why):
    assert [defendant.name for defendant in find_defendants(text, ())] == expected, why


def test_a_name_in_running_text_has_the_span_of_its_first_mention():
    text = "经查，被告人王某驾车。被告人王某下车。"
    (found,) = find_defendants(text, ())
    assert (found.start, found.end) == (text.index("王某"), text.index("王某") + 2)


def test_words_and_surnames_are_read_from_data():
    assert is_word("陈述材料")
    assert is_word("邵阳市")
    assert not is_word("陈大明")
    assert {"王", "欧阳"} <= surnames()


def test_the_particulars_are_those_behind_the_name_not_behind_a_title():
    text = "被告人赵某、钱某盗窃案 某县人民法院刑事判决书 被告人赵某，男，1990年1月2日出生。"
    whole, sections = header(text)
    (found, *_) = find_defendants(whole, sections)
    assert "1990年" in whole[found.start : found.end]
