"""Circumstances of the deed: what the court finds, what only looks like it, and whose it is."""

import pytest

from sentencing_ml.factors.extraction import extract
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections


def judgment(*, facts="", opinion="", people=("张三",), charges=("盗窃罪",)):
    """Return a judgment of ``people``; one charge for all, or one each."""
    convicted = charges if len(charges) == len(people) else charges * len(people)
    header = "".join(f"被告人{name}，男，1985年3月4日出生，汉族，初中文化，农民。现羁押于某县看守所。" for name in people)
    found = "".join(f"被告人{name}的行为已构成{charge}。" for name, charge in zip(people, convicted, strict=True))
    verdict = "".join(
        f"{'一二三四'[i]}、被告人{name}犯{charge}，判处有期徒刑一年。"
        for i, (name, charge) in enumerate(zip(people, convicted, strict=True))
    )
    text = (
        f"甲县人民法院\n刑事判决书\n（2019）浙0101刑初1号\n公诉机关甲县人民检察院。\n{header}\n"
        f"甲县人民检察院向本院提起公诉。本院适用普通程序，组成合议庭审理了本案。现已审理终结。\n"
        f"经审理查明，2019年1月2日，{facts or '事情发生。'}\n上述事实，有证人证言等证据证实。\n"
        f"本院认为，{found}{opinion}依照《中华人民共和国刑法》第六十四条之规定，判决如下：\n"
        f"{verdict}\n如不服本判决，可在十日内提出上诉。\n审判长赵六\n二〇一九年三月四日\n书记员钱七"
    )
    sections = split_sections(text, "judgment")
    return Document(
        id="d", source="s", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections)
    )


def found(factor, **options):
    return [person.values.get(factor) for person in extract(judgment(**options)).people]


INJURY, THEFT, ROBBERY, FRAUD = ("故意伤害罪",), ("盗窃罪",), ("抢劫罪",), ("诈骗罪",)
DRIVING, ACCIDENT, BRAWL, DRUGS = ("危险驾驶罪",), ("交通肇事罪",), ("寻衅滋事罪",), ("贩卖毒品罪",)

FACTS = [
    ("weapon", INJURY, "被告人张三持刀将王某砍伤。", True, "a knife"),
    ("weapon", INJURY, "被告人张三捡起一个啤酒瓶砸向王某。", True, "picked up on the spot"),
    ("weapon", INJURY, "被告人张三用拳脚、木棍殴打王某。", True, "the second of two means"),
    ("weapon", INJURY, "被告人张三用竹竿殴打王某头部。", True, "a thing of use as a weapon"),
    ("weapon", INJURY, "被告人张三将王某捅伤。", True, "a stab tells of a blade"),
    ("weapon", INJURY, "被告人张三持一把电磁锅将被害人王某打伤。", True, "anything held to strike"),
    ("weapon", INJURY, "被告人张三用拳头击打王某面部。", False, "a fist"),
    ("weapon", INJURY, "被害人王某持菜刀上前，被告人张三用拳头将其打倒。", False, "the victim's weapon"),
    ("weapon", INJURY, "王某持菜刀上前，被告人张三用拳头将其打倒。", False, "the weapon of another, by a masked name"),
    ("weapon", INJURY, "被告人张三用拳头殴打王某，后被他人砍伤。", False, "hurt by another"),
    ("weapon", INJURY, "被告人张三与被害人王某争吵，后持刀追赶。", True, "the victim stands beside the one who acts"),
    ("weapon", ("妨害公务罪",), "被告人张三推搡民警，民警使用辣椒水将其制服。", False, "the officer's means"),
    ("weapon", ("非法持有枪支罪",), "被告人张三非法持有枪支一支。", False, "the gun is the object of the crime"),
    ("weapon", THEFT, "被告人张三用钳子剪断车锁，将车盗走。", False, "a tool of theft"),
    ("weapon", THEFT, "被告人张三携带凶器盗窃手机一部。", True, "a weapon carried in a theft"),
    ("weapon", ROBBERY, "被告人张三持枪状物威胁王某。", True, "what looks like a gun"),
    ("repeated", THEFT, "被告人张三多次盗窃电动车。", True, "named"),
    ("repeated", THEFT, "被告人张三多次伙同他人秘密窃取电动车。", True, "the act follows at a distance"),
    ("repeated", THEFT, "被告人张三先后盗窃作案五起。", True, "a number of acts"),
    ("repeated", THEFT, "被告人张三盗窃两次。", False, "two acts"),
    ("repeated", FRAUD, "被害人王某多次向被告人张三催要借款。", False, "demands of the victim"),
    ("repeated", FRAUD, "被告人张三分多次骗取王某现金。", True, "one victim, several acts"),
    ("repeated", THEFT, "被告人张三曾多次因盗窃受过处罚，又窃得手机一部。", False, "earlier penalties"),
    ("repeated", INJURY, "被告人张三多次击打王某头部。", False, "blows of one attack"),
    ("repeated", ("信用卡诈骗罪",), "银行多次催收，被告人张三拒不还款。", False, "warnings of the bank"),
    ("repeated", DRUGS, "被告人张三多次向李某贩卖毒品。", True, "sales"),
    ("repeated", FRAUD, "被告人张三多次利用假的招聘启事，骗得报名费。", True, "the deed stands in the next clause"),
    ("repeated", ("职务侵占罪",), "被告人张三多次将厂里的铜线偷运出去变卖。", True, "the thing stands between"),
    ("vulnerable_victim", ("容留卖淫罪",), "被告人张三容留未成年人卖淫。", True, "who is harboured"),
    ("vulnerable_victim", BRAWL, "被告人张三组织未成年人打架。", False, "accomplices"),
    ("vulnerable_victim", ROBBERY, "被告人张三抢劫的对象系在校的未成年人。", True, "whom he chose"),
    ("weapon", INJURY, "被告人张三与手持板凳的李某发生冲突，用拳头将其打伤。", False, "what the other one holds"),
    ("weapon", ("非法拘禁罪",), "被告人张三挟持王某去将该款取走。", False, "a person is held"),
    ("weapon", INJURY, "被告人张三用其手中的铁梢敲打王某头部。", True, "what he had in his hand, not the hand"),
    ("weapon", INJURY, "被告人张三与“小王”（另案处理）等人前往店内，持铁棍追打赵某。", True, "an accomplice by his nickname"),
    ("group", INJURY, "被害人王某、赵某与被告人张三、李四（已起诉）、钱五（在逃）等人在麻将馆发生冲突。", True, "accomplices behind the victims"),
    ("group", INJURY, "被告人张三与被害人王某、赵某（另案处理）等人在麻将馆发生冲突。", False, "the other side"),
    ("repeated", BRAWL, "被告人张三多次随意殴打他人。", True, "attacks on anybody"),
    ("repeated", ("猥亵儿童罪",), "被告人张三对多名儿童进行猥亵。", True, "an act for each victim"),
    ("group", THEFT, "被告人张三伙同他人盗窃手机一部。", True, "with others"),
    ("group", INJURY, "被告人张三与同案人李某（另案处理）殴打王某。", True, "an accomplice dealt with elsewhere"),
    ("group", THEFT, "被告人张三和李某、赵某（均在逃）驾车至甲村盗窃。", True, "accomplices at large"),
    ("group", DRUGS, "被告人张三贩卖给李某（另案处理）毒品一包。", False, "a buyer dealt with elsewhere"),
    ("group", INJURY, "被告人张三与被害人王某（另案处理）互殴。", False, "an opponent dealt with elsewhere"),
    ("group", ("包庇罪",), "上述事实有同案犯李某的供述。", False, "the statement of a person is no joint deed"),
    ("group", INJURY, "被告人张三与朋友共同饮酒，后独自将王某打伤。", False, "they drank together"),
    ("burglary", THEFT, "被告人张三入户盗窃现金。", True, "named"),
    ("burglary", THEFT, "被告人张三撬门进入王某家中，盗走现金。", True, "a dwelling by its name"),
    ("burglary", THEFT, "被告人张三将停放在王某家门口的电动车盗走。", False, "before the house"),
    ("pickpocketing", THEFT, "被告人张三扒窃手机一部。", True, "named"),
    ("pickpocketing", THEFT, "被告人张三从被害人王某的上衣口袋内窃得手机一部。", True, "out of a pocket"),
    ("hit_and_run", ACCIDENT, "事故发生后，被告人张三驾车逃离现场。", True, "told"),
    ("hit_and_run", ACCIDENT, "被告人张三报警后在现场等候，没有逃逸。", False, "denied"),
    ("no_licence", DRIVING, "被告人张三未取得机动车驾驶证驾驶二轮摩托车。", True, "never licensed"),
    ("no_licence", DRIVING, "被告人张三在驾驶证被吊销期间酒后驾车。", True, "licence revoked"),
    ("no_licence", DRIVING, "被害人李某无证驾驶摩托车与其相撞。", False, "the victim had none"),
    ("caused_accident", DRIVING, "被告人张三酒后驾车与停放的车辆相撞。", True, "a collision"),
    ("caused_accident", DRIVING, "被告人张三酒后驾车被查获，未造成事故。", False, "none happened"),
    ("limited_capacity", INJURY, "经鉴定，被告人张三具有限制刑事责任能力。", True, "the defendant's"),
    ("limited_capacity", INJURY, "经鉴定，被告人张三系尚未丧失辨认能力的精神病人。", True, "without 完全"),
    ("limited_capacity", INJURY, "经鉴定，被害人王某为限制民事行为能力。", False, "the victim's, in civil law"),
    ("vulnerable_victim", ACCIDENT, "被告人张三将被害人王某（5岁）撞倒。", True, "the age of the victim"),
    ("vulnerable_victim", ROBBERY, "被告人张三劫得被害人王某（男，15岁）现金。", True, "age after the sex"),
    ("vulnerable_victim", ROBBERY, "被告人张三劫得被害人王某（男，45岁）现金。", False, "a grown man"),
    ("vulnerable_victim", THEFT, "被告人张三盗走被害人王某的摩托车（残疾人车）一辆。", False, "the name of a vehicle"),
    ("vulnerable_victim", INJURY, "被告人张三赔偿被害人王某医疗费、残疾赔偿金。", False, "an item of damages"),
]


@pytest.mark.parametrize(("factor", "charges", "facts", "value", "reason"), FACTS, ids=[f"{r[0]}: {r[4]}" for r in FACTS])
def test_facts(factor, charges, facts, value, reason):
    assert found(factor, facts=facts, charges=charges) == [value], reason


OPINIONS = [
    ("weapon", THEFT, "入户盗窃、扒窃、携带凶器盗窃的，处三年以下有期徒刑。", False, "a norm, quoted"),
    ("burglary", THEFT, "入户盗窃、扒窃、携带凶器盗窃的，处三年以下有期徒刑。", False, "a norm, quoted"),
    ("weapon", ("聚众斗殴罪",), "有下列情形之一的，从重处罚：（三）持械聚众斗殴的；（四）多次聚众斗殴的。", False, "items of a norm"),
    ("weapon", INJURY, "应在“三年以下徒刑、拘役或者管制”的幅度内量刑。", False, "管制 is no 管"),
    ("repeated", FRAUD, "被告人张三共有三次供述。", False, "statements are no acts"),
    ("repeated", INJURY, "被害人头部系被钝器多次作用。", False, "blows are no acts"),
    ("stage", ("强奸罪",), "被告人张三因意志以外的原因未能得逞，系犯罪未遂，可比照既遂减轻处罚。", "未遂", "the whole count"),
    ("stage", THEFT, "被告人张三第二起盗窃因意志以外的原因未得逞，是犯罪未遂。", "既遂", "one of several acts"),
    ("stage", THEFT, "被告人张三因意志以外的原因未得逞，是犯罪未遂，对该节事实可从轻处罚。", "既遂", "the act is told afterwards"),
    ("stage", FRAUD, "其中五万元系犯罪未遂。", "既遂", "part of the amount"),
    ("stage", ("强奸罪",), "被告人张三主动放弃犯罪，是犯罪中止。", "中止", "desistance"),
    ("stage", INJURY, "犯罪中止是指自动放弃犯罪，本案犯罪已经完成，不能认定为犯罪中止。", "既遂", "defined and refused"),
    ("stage", ("强奸罪",), "指控被告人张三系强奸未遂，与事实不符，不予支持。", "既遂", "charged and refused"),
    ("stage", ("绑架罪",), "被告人张三准备工具，系犯罪预备。", "预备", "preparation"),
    ("role", THEFT, "被告人张三起次要、辅助作用，系从犯。", "从犯", "named"),
    ("role", THEFT, "被告人张三起主要作用，系主犯。", "主犯", "named"),
    ("role", THEFT, "本案不宜区分主从犯。", None, "not told apart"),
    ("role", THEFT, "各被告人均积极参与，不予区分主、从犯。", None, "not told apart, with a comma"),
    ("role", THEFT, "被告人张三并非起次要作用，不能认定为从犯。", None, "denied"),
    ("role", THEFT, "辩护人提出被告人张三系从犯的意见，与事实不符，不予采纳。", None, "claimed and refused"),
    ("role", THEFT, "从犯是指在共同犯罪中起次要作用的犯罪分子。", None, "defined"),
    ("role", THEFT, "公诉机关指控被告人张三是主犯不当，应予纠正。", None, "the charge is corrected"),
    ("victim_fault", INJURY, "被害人对本案的发生有一定过错。", True, "named"),
    ("victim_fault", INJURY, "王某对矛盾激化负有责任，可对被告人张三从轻处罚。", True, "responsibility for the quarrel"),
    ("victim_fault", INJURY, "被害人对案件的起因没有过错。", False, "denied"),
    ("victim_fault", INJURY, "被害人的行为不属于刑法意义上的过错。", False, "not what the law means"),
    ("victim_fault", INJURY, "现有证据不能证明被害人存在过错。", False, "not proved"),
    ("victim_fault", INJURY, "原告人对损害的发生亦有过错，可以减轻被告人的民事赔偿责任。", False, "a share of civil liability"),
    ("excessive_defence", INJURY, "被告人张三的防卫明显超过必要限度造成重大损害，属防卫过当。", True, "named"),
    ("excessive_defence", INJURY, "防卫超过必要限度造成重大损害的，应负刑事责任。", False, "the words of the law"),
    ("excessive_defence", INJURY, "被告人张三的行为不属于防卫过当。", False, "denied"),
    ("minor_defendant", THEFT, "被告人张三犯罪时未满十八周岁，应当从轻处罚。", True, "the defendant's age"),
    ("minor_defendant", THEFT, "被告人张三作案时系未成年人。", True, "named"),
    ("minor_defendant", INJURY, "被告人张三殴打未成年人，酌情从重处罚。", False, "the victim's age"),
    ("minor_defendant", THEFT, "被告人张三前罪系未成年人犯罪，不构成累犯。", False, "an earlier crime"),
    ("minor_defendant", THEFT, "对其中不满十八周岁的人，应当宣告缓刑。", False, "the law on probation"),
    ("minor_defendant", THEFT, "被告人张三伙同未成年人作案。", False, "an accomplice's age"),
    ("vulnerable_victim", ("猥亵儿童罪",), "被告人张三猥亵不满十二周岁的幼女。", True, "the victim of the charge"),
    ("vulnerable_victim", ("强制猥亵妇女罪",), "被告人张三猥亵痴呆妇女。", True, "a mental disability"),
    ("vulnerable_victim", ROBBERY, "本案被害人系未成年人，酌情从重处罚。", True, "named"),
    ("vulnerable_victim", ROBBERY, "被告人系残疾人，可从轻处罚。", False, "the defendant's disability"),
    ("vulnerable_victim", BRAWL, "根据依法惩治性侵害未成年人犯罪的意见，不予采纳。", False, "the title of a rule"),
]


@pytest.mark.parametrize(
    ("factor", "charges", "opinion", "value", "reason"), OPINIONS, ids=[f"{r[0]}: {r[4]}" for r in OPINIONS]
)
def test_opinion(factor, charges, opinion, value, reason):
    assert found(factor, opinion=opinion, charges=charges) == [value], reason


TWO = ("张三", "李四")
SEVERAL = [
    ("group", INJURY, "被告人张三、李四殴打王某。", "", [True, True], "convicted of the same intentional offence"),
    ("group", INJURY, "被告人张三将被告人李四打伤，被告人李四亦将被告人张三打伤。", "", [False, False], "two sides of a fight"),
    ("group", INJURY, "被告人张三用木棍击中李四的头部，被告人李四致张三骨折。", "", [False, False], "two sides, by where the blow fell"),
    ("group", ACCIDENT, "被告人张三的车与王某相撞，被告人李四的车又与王某相撞。", "", [False, False], "negligence is not joint"),
    ("group", ("掩饰、隐瞒犯罪所得罪",), "赵某将车分别卖给被告人张三、李四。", "", [False, False], "two buyers"),
    ("group", DRUGS, "被告人张三、李四结伙贩卖毒品。", "", [True, True], "an offence each may commit alone, committed jointly"),
    ("group", ("盗窃罪", "诈骗罪"), "被告人张三窃得手机。被告人李四骗得现金。", "", [False, False], "two charges"),
    ("weapon", INJURY, "被告人张三、李四殴打王某，张三持刀将其砍伤。", "", [True, True], "one held it in a joint attack"),
    ("weapon", INJURY, "被告人张三持刀将被告人李四砍伤。", "", [True, False], "held against the other defendant"),
    ("group", ("包庇罪", "盗窃罪"), "被告人张三受被告人李四指使，顶替其投案并作虚假证言。", "", [False, False], "cover given afterwards"),
    ("role", THEFT, "", "被告人张三起主要作用，系主犯；其他被告人起次要作用，系从犯。", ["主犯", "从犯"], "each has his own"),
    ("minor_defendant", THEFT, "", "被告人李四犯罪时不满十八周岁。", [False, True], "one of two"),
    ("hit_and_run", ACCIDENT, "被告人张三停车报警。被告人李四驾车逃离现场。", "", [False, True], "one of two drivers"),
    ("no_licence", DRIVING, "被告人张三驾车与被告人李四无证驾驶的摩托车相撞。", "", [False, True], "of the one it qualifies"),
]


@pytest.mark.parametrize(
    ("factor", "charges", "facts", "opinion", "values", "reason"), SEVERAL, ids=[f"{r[0]}: {r[5]}" for r in SEVERAL]
)
def test_several_defendants(factor, charges, facts, opinion, values, reason):
    assert found(factor, facts=facts, opinion=opinion, people=TWO, charges=charges) == values, reason
