"""Of whom a position speaks, and whose deed it tells: sentences with several defendants, and why the row is there."""

import pytest

from sentencing_ml.factors.people import People
from sentencing_ml.judgments.document import Defendant

TWO = ("张三", "李四")
THREE = ("张三", "李四", "王五")


def people_of(text, names):
    return People(text, defendants=tuple(Defendant(index=i, name=name, start=0, end=0) for i, name in enumerate(names)))


SPOKEN_OF = [
    ("被告人张三系累犯。被告人李四有自首情节。", TWO, "自首", "李四", "each sentence has its own"),
    ("被告人张三、李四均坦白。", TWO, "坦白", "张三 李四", "a list of names"),
    ("被告人张三（绰号阿三）、李四坦白。", TWO, "坦白", "张三 李四", "an apposition between the names"),
    ("被告人李四系从犯。其到案后坦白。", TWO, "坦白", "李四", "其 goes on about the last one named"),
    ("均自愿认罪。", TWO, "认罪", "张三 李四", "均 alone means everyone"),
    ("被告人李四系初犯。证据均经质证。其已坦白。", TWO, "坦白", "李四", "均 of the evidence names nobody"),
    ("被告人张三系主犯，其他被告人系从犯。", THREE, "从犯", "李四 王五", "others than the one named last"),
    ("被告人张三、李四行窃。二被告人坦白。", THREE, "坦白", "张三 李四", "a group by its number"),
    ("三被告人均坦白。", THREE, "坦白", "张三 李四 王五", "the number of all defendants"),
    ("被告人张三、李四行窃。上述二被告人坦白。", THREE, "坦白", "张三 李四", "上述 with a number"),
    ("被告人张三、李四行窃，上述被告人坦白。", THREE, "坦白", "张三 李四", "上述 means the group just named"),
    ("各被告人均已坦白。", THREE, "坦白", "张三 李四 王五", "各 means everyone"),
    ("对系累犯的被告人李四从重处罚。", TWO, "累犯", "李四", "the name follows in the clause"),
    ("被告人张三协助抓获被告人李四，系立功。", TWO, "立功", "张三", "a name as an object"),
    ("被告人张三将摩托车卖给被告人李四，得款花用。", TWO, "得款", "张三", "the buyer is an object"),
    ("被告人张三将电视机推销给被告人李四、王五及钱某，共得款5000元。", THREE, "得款", "张三", "what is joined to an object is one, too"),
    ("被告人张三开车接送李四，起辅助作用。", TWO, "辅助", "张三", "a bare name behind a verb"),
    ("被告人张三受被告人李四指使，前去望风。", TWO, "望风", "张三", "who gives the orders is an object"),
    ("被告人张三在网吧与被告人李四争吵，持刀追赶。", TWO, "持刀", "张三", "an opponent is no second subject"),
    ("被告人张三在网吧与被告人李四共同行窃，得款平分。", TWO, "得款", "张三 李四", "与…共同 joins"),
    ("被告人张三趁值班之机，同被告人李四、王五多次运出废料。", THREE, "多次", "张三 李四 王五", "同 at the head of a clause joins"),
    ("被告人张三在网吧伙同被告人李四行窃，得款平分。", TWO, "得款", "张三 李四", "伙同 joins at a distance"),
    ("被告人张三辨认被告人李四的证言后，如实供述。", TWO, "供述", "张三", "whose statement it is, is not the subject"),
    ("被告人余1系从犯，被告人余12系主犯。", ("余1", "余12"), "主犯", "余12", "a name that begins another"),
    ("被告人余1行窃，余12报警，随后逃跑。", ("余1", "余2"), "逃跑", "余1", "a longer number is somebody else"),
    ("被告人张某行窃，张某甲报警，随后逃跑。", ("张某", "李某"), "逃跑", "张某", "a longer mask is somebody else"),
    ("公诉机关认为被告人张三、李四具有自首情节，被告人王五坦白。", THREE, "自首", "张三 李四", "认为 makes nobody an object"),
    ("被告人李四在其中的作用小于被告人张三，且系初犯。", TWO, "初犯", "李四", "whom he is compared with is an object"),
    ("被告人张三到场，被告人李四纠集被告人王五前来。", THREE, "纠集", "李四 王五", "within the group itself"),
    ("被告人张三系自首；被告人李四坦白；积极赔偿损失，均可从轻处罚。", TWO, "赔偿", "张三 李四", "均 behind a semicolon sums up"),
    ("被告人张三到场；被告人李四坦白；积极赔偿损失，可从轻处罚。", TWO, "赔偿", "李四", "without 均 it goes on about the last one"),
    ("被告人张三在归案后、被告人李四在庭审中如实供述。", TWO, "供述", "张三 李四", "each with a time of his own"),
    ("被告人张三提议，被告人李四带头殴打，均起主要作用。", TWO, "主要", "张三 李四", "均 behind the deeds of several"),
    ("被告人张三提议，被告人李四带头殴打，起主要作用。", TWO, "主要", "李四", "without 均 the last one who acts"),
    ("王某分别与被告人张三家属、被告人李四家属达成和解。", TWO, "和解", "张三 李四", "the families of several"),
    ("同案人钱某（另案处理）投案。", TWO, "投案", "", "somebody dealt with elsewhere"),
    ("被告人李四与同案人钱某（另案处理）用啤酒瓶打人。", TWO, "用啤酒瓶", "李四", "the accomplice joins the defendant"),
    ("被告人张三、李四行窃。李四系从犯。被告人坦白。", TWO, "坦白", "李四", "被告人 without a name is the one named last"),
    ("被告人张三系主犯，被告人李四系从犯。被告人坦白。", THREE, "坦白", "张三 李四", "被告人 without a name are all whom the sentence before named"),
    ("李四的辩护人提出李四系从犯的意见，不予采纳。被告人坦白。", THREE, "坦白", "张三 李四 王五", "behind the argument of one it is everyone again"),
    ("被告人张三系主犯。被告人李四系从犯。二被告人坦白。", THREE, "坦白", "张三 李四", "two who were named one by one"),
    ("被告人赵某、钱某、赵某坦白。", ("赵某", "钱某", "赵某"), "坦白", "赵某 钱某 赵某", "one mask stands for two defendants in a list"),
    ("被告人赵某坦白。", ("赵某", "钱某", "赵某"), "坦白", "赵某", "alone it stands for one of them"),
    ("被告人李X自首。", ("李Ｘ", "张三"), "自首", "李Ｘ", "a full-width letter is the same letter"),
]


@pytest.mark.parametrize(("text", "names", "at", "who", "reason"), SPOKEN_OF, ids=[row[4] for row in SPOKEN_OF])
def test_whom_a_position_speaks_of(text, names, at, who, reason):
    found = people_of(text, names).at(text.index(at))
    assert [names[index] for index in sorted(found)] == who.split(), reason


DOERS = [
    ("被告人张三持刀追赶。", "持刀", "offender", "named"),
    ("后持刀追赶。", "持刀", "offender", "nobody is named"),
    ("被害人王某持菜刀走来。", "持菜刀", "other", "the victim acts"),
    ("被害人王某上前，被告人张三用刀刺伤王某。", "用刀", "offender", "the last who acts"),
    ("被告人张三与被害人王某争吵，后持刀追赶。", "持刀", "offender", "the victim stands beside, not first"),
    ("被告人张三将王某推倒后拿出匕首。", "匕首", "offender", "a masked name as an object"),
    ("赵某起身拿出匕首。", "匕首", "other", "a masked name that is no defendant's"),
    ("被告人张三被民警用辣椒水制服。", "用辣椒水", "other", "the agent of a passive"),
    ("王某反被其用刀刺伤。", "用刀", "offender", "其 as the agent of a passive"),
    ("钱某（另案处理）拿出匕首。", "匕首", "offender", "an accomplice dealt with elsewhere"),
]


@pytest.mark.parametrize(("text", "at", "doer", "reason"), DOERS, ids=[row[3] for row in DOERS])
def test_whose_deed_is_told(text, at, doer, reason):
    assert people_of(text, ("张三",)).doer(text.index(at)) == doer, reason


def test_clauses_and_sentences_stand_between_their_marks():
    text = "甲，乙丙，丁。戊"
    people = people_of(text, TWO)
    assert [text[slice(*people.clause(text.index(letter)))] for letter in "甲丙丁戊"] == ["甲", "乙丙", "丁", "戊"]
    assert [text[slice(*people.sentence(text.index(letter)))] for letter in "甲戊"] == ["甲，乙丙，丁。", "戊"]
    assert people.sentence(len(text)) == (7, 8)


def test_defendants_named_together():
    people = people_of("被告人张三、李四行窃。被告人王五销赃。", THREE)
    assert people.together(0, 1)
    assert not people.together(0, 2)
