"""Findings, and what only looks like one: the opinion of a judgment, who has what, and why the row is there."""

import pytest

from sentencing_ml.factors.extraction import extract
from sentencing_ml.judgments.document import Document, Label
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections


def judgment(
    opinion, *, facts="", charged="", defence="", proof="", header="", cited="第二百六十四条", found=True, people=("张三",), charge="盗窃罪"
):
    """``found``: the court tells the facts itself; else it takes the prosecution's facts as proved."""
    told = f"经审理查明，2019年1月2日，被告人{'、'.join(people)}实施了上述行为。{facts}\n" if found else ""
    plea = f"被告人的辩护人提出，{defence}请求从轻处罚。\n" if defence else ""
    named = "、".join(people)
    particulars = f"汉族，初中文化，农民。{header}现羁押于某县看守所。"
    header = "".join(f"被告人{name}，男，1985年3月4日出生，{particulars}" for name in people)
    verdict = "".join(f"{'一二三四'[i]}、被告人{name}犯{charge}，判处有期徒刑一年。" for i, name in enumerate(people))
    text = (
        f"甲县人民法院\n刑事判决书\n（2019）浙0101刑初1号\n公诉机关甲县人民检察院。\n{header}\n"
        f"甲县人民检察院指控被告人{named}犯{charge}，向本院提起公诉。本院适用普通程序，组成合议庭审理了本案。现已审理终结。\n"
        f"公诉机关指控，2019年1月2日，被告人{named}实施了上述行为。{charged}\n"
        f"{plea}{told}上述事实，有证人证言等证据证实。{proof}\n"
        f"本院认为，被告人{named}的行为已构成{charge}。{opinion}依照《中华人民共和国刑法》{cited}之规定，判决如下：\n"
        f"{verdict}\n如不服本判决，可在十日内提出上诉。\n审判长赵六\n二〇一九年三月四日\n书记员钱七"
    )
    sections = split_sections(text, "judgment")
    return Document(
        id="d", source="s", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections)
    )


def found(opinion, factor, **options):
    return [person.values.get(factor) for person in extract(judgment(opinion, **options)).people]


ROWS = [
    ("被告人张三具有自首情节，可以从轻处罚。", "surrender", True, "named"),
    ("被告人张三不构成自首。", "surrender", False, "negated before"),
    ("辩护人提出被告人张三系自首的意见，与查明的事实不符，本院不予采纳。", "surrender", False, "claimed and refused"),
    ("辩护人关于被告人张三系自首的辩护意见，本院予以采纳。", "surrender", True, "claimed and adopted"),
    ("被告人张三主动投案，并如实供述自己的罪行，可以从轻处罚。", "surrender", True, "its elements, not its name"),
    ("被告人张三归案后如实供述自己的罪行，可以从轻处罚。", "confession", True, "elements of 坦白"),
    ("被告人张三具有自首情节，能如实供述罪行。", "confession", None, "part of 自首, not counted beside it"),
    ("被告人张三系累犯，应当从重处罚。", "recidivist", True, "named"),
    ("被告人张三不属于累犯。", "recidivist", False, "negated"),
    ("被告人张三自愿认罪认罚，可以从宽处理。", "plea_leniency", True, "named"),
    ("被告人张三当庭自愿认罪，可酌情从轻处罚。", "plea_in_court", True, "a plea in court"),
    ("被告人张三自愿认罪认罚。被告人张三当庭自愿认罪。", "plea_in_court", None, "absorbed by 认罪认罚"),
    ("被告人张三已取得被害人的谅解。", "forgiveness", True, "named"),
    ("被告人张三未取得被害人的谅解。", "forgiveness", False, "negated"),
    ("被告人张三积极退赃。", "restitution", True, "named"),
    ("责令被告人张三退赔被害人损失。", "restitution", False, "an order is no deed"),
    ("被告人张三系初犯、偶犯。", "first_offender", True, "named"),
    ("被告人张三无前科。", "prior_record", False, "negated"),
    ("被告人张三有前科，酌情从重处罚。", "prior_record", True, "named"),
    ("被告人张三有立功表现。", "merit", True, "named"),
    ("被告人张三有重大立功表现。", "merit", False, "重大立功 is another factor"),
    ("被告人张三着手实行犯罪，由于意志以外的原因未得逞，系犯罪未遂。", "stage", "未遂", "attempt"),
    ("被告人张三在共同犯罪中起次要作用，系从犯。", "role", "从犯", "accessory"),
    ("其辩护人所提张三为从犯，经查，张三积极参与，应认定为主犯。辩护人所提初犯的意见与事实相符，予以采纳。", "role", "主犯", "what a later sentence adopts is another argument"),
    ("关于辩护人所提被害人有过错、张三的行为系防卫过当的意见，经查，被害人先动手，辩护人所提被害人有过错的意见成立，但张三没有防卫意图，所提防卫过当的意见不能成立。", "excessive_defence", False, "each of two arguments has its answer"),
    ("关于被告人张三是否具有立功情节。张三交代的线索未经查证属实。", "merit", False, "a question"),
    ("关于被告人张三所提被害人存在明显过错，张三的行为系防卫过当的辩护意见，经查，张三没有防卫意图，不予采纳。", "excessive_defence", False, "what the defendant himself argues"),
    ("本案不宜区分主从犯。", "role", None, "not told apart"),
    ("被害人对本案的发生存在过错。", "victim_fault", True, "named"),
    ("同案人钱二（另案处理）随后投案自首。被告人张三到案后如实供述。", "surrender", False, "somebody dealt with elsewhere"),
    ("根据《关于处理自首和立功具体应用法律若干问题的解释》第一条。", "merit", False, "the title of a law"),
    ("被害人没有过错。", "victim_fault", False, "negated"),
    ("被告人张三当庭供述自己的犯罪事实，依法可从轻处罚。", "confession", True, "told in court and weighed"),
    ("被告人张三当庭供述自己的犯罪事实，依法可从轻处罚。", "plea_in_court", True, "told in court and weighed"),
    ("被告人张三当庭供述的情节与证人所述一致。", "plea_in_court", False, "told in court, and nothing drawn from it"),
    ("鉴于被告人张三认罪，可酌情从轻处罚。", "plea_in_court", True, "a plea without 自愿 or 当庭, weighed"),
    ("被告人张三能够坦白认罪，可酌情从轻处罚。", "plea_in_court", False, "坦白认罪 is the confession"),
    ("被告人张三认罪、悔罪态度较好，可酌情从轻处罚。", "plea_in_court", False, "the attitude is remorse"),
    ("被告人张三虽在侦查阶段如实供述罪行，但在庭审中翻供。", "confession", False, "withdrawn in court"),
    ("被告人张三虽一度翻供，但庭审中又如实供述罪行，系坦白。", "confession", True, "told again before the judgment"),
    ("被告人张三如实供述的时间在掌握之后，不能认定为坦白。", "confession", False, "refused by name"),
    ("根据被告人张三犯罪的事实、情节和对社会的危害程度以及悔罪表现，依照法律作出判决。", "remorse", False, "weighed in no direction"),
    ("被告人张三全部返赃，可从轻处罚。", "restitution", True, "返赃"),
    ("被告人张三归案后履行了部分义务，酌情从轻处罚。", "restitution", True, "the judgment he had defied, obeyed in part"),
    ("扣除被告人张三退出的货车折抵的三万元，其余继续追缴。", "restitution", True, "a thing given back and set off"),
    ("被告人张三没有任何赔偿，应从严处罚。", "compensation", False, "nothing was paid"),
    ("被告人张三应获得支持的赔偿金额共计20000元，由其承担。", "compensation", False, "what the civil claim comes to"),
    ("关于被告人张三的自首问题，经查，其系被抓获归案。", "surrender", False, "a heading that ends in a comma"),
]


@pytest.mark.parametrize(("opinion", "factor", "value", "reason"), ROWS, ids=[f"{row[1]}: {row[3]}" for row in ROWS])
def test_one_defendant(opinion, factor, value, reason):
    (result,) = found(opinion, factor)
    if value is None:
        assert not result, reason
    else:
        assert result == value, reason


WHOLE = "辩护人的辩护意见经查属实，本院予以采纳。"
ELSEWHERE = [
    # the prosecution's case, taken over
    ("", {"charged": "案发后，被告人张三赔偿被害人损失，取得谅解。", "found": False}, "compensation", True, "no facts of its own"),
    ("", {"charged": "案发后，被告人张三取得谅解。"}, "forgiveness", False, "the court found facts itself and not this"),
    ("公诉机关的量刑建议适当，应予采纳。", {"charged": "被告人张三具有自首情节。"}, "surrender", True, "the case as put"),
    ("公诉机关的量刑建议适当，应予采纳。", {"charged": "提供了户籍证明、无犯罪记录证明。"}, "first_offender", False, "a paper"),
    # the defence's grounds, adopted as a whole or not
    (WHOLE, {"defence": "被告人系初犯、偶犯，"}, "first_offender", True, "the whole"),
    ("辩护人的其他辩护意见，本院酌情予以采纳。", {"defence": "被告人有悔罪表现，"}, "remorse", True, "the rest"),
    ("辩护人的相关辩护意见，本院予以采纳。", {"defence": "被告人系初犯、偶犯，"}, "first_offender", None, "those named already"),
    ("辩护人的辩护意见不成立，不予采纳。", {"defence": "被告人系初犯、偶犯，"}, "first_offender", None, "refused"),
    ("辩护人意见中合理部分，本院予以采纳。", {"defence": "被告人系初犯、偶犯，"}, "first_offender", None, "a part"),
    ("辩护人请求从轻处罚的意见，本院予以采纳。", {"defence": "被告人系初犯、偶犯，"}, "first_offender", None, "the request"),
    (WHOLE + "被告人张三到案后否认犯罪，不构成坦白。", {"defence": "被告人具有坦白情节，"}, "confession", None, "refused by name"),
    (
        "辩护人所提系自首的意见，经查不符，不予采纳。辩护人的其他辩护意见，本院予以采纳。",
        {"defence": "被告人系自首，系初犯，"},
        "surrender",
        None,
        "the rest is not what was refused",
    ),
    (
        "辩护人所提被告人系初犯，确有悔罪表现，并请求判处缓刑的意见，因其作案手段恶劣，不宜适用缓刑，不予采纳；其余辩护意见，经查属实，予以采纳。",
        {},
        "first_offender",
        True,
        "the sentence asked for is refused, its ground is among the rest",
    ),
    ("辩护人所提被告人系初犯，请求判处缓刑的意见，因其手段恶劣，不宜适用缓刑，不予采纳。", {}, "first_offender", None, "no rest"),
    (WHOLE, {"defence": "被害人在起因上有过错，"}, "victim_fault", True, "a ground of the offence, put by the defence"),
    ("辩护人所称被害人有过错的意见不能成立，不予采纳。辩护人的其他辩护意见，予以采纳。", {"defence": "被害人在起因上有过错，"}, "victim_fault", None, "refused"),
    ("辩护人其他相关辩护意见，本院予以采纳。", {"defence": "被害人在起因上有过错，"}, "victim_fault", None, "those named already"),
    # what the opinion refuses is not found from its elements or elsewhere
    ("关于自首：被告人张三在车站被民警抓获，不能认定自首。", {"defence": "被告人系自首，"}, "surrender", None, "a heading finds nothing"),
    ("被告人张三当庭翻供，不再适用认罪认罚从宽。", {"proof": "被告人张三在侦查阶段认罪认罚。"}, "plea_leniency", None, "withdrawn"),
    (
        "被告人张三离开现场是去报案，不能认定为肇事逃逸。",
        {"charge": "交通肇事罪", "charged": "张三肇事后逃逸。", "found": False},
        "hit_and_run",
        None,
        "charged and not found",
    ),
    ("被告人张三自动投案，但未如实供述罪行。", {}, "surrender", None, "an element is missing"),
    ("被告人张三自动投案，如实供述罪行，后翻供，不能认定为自首。", {}, "surrender", None, "named and refused"),
    ("公诉机关认定被告人张三有自首情节不当，不予采纳。", {}, "surrender", None, "the prosecution's ground refused"),
    ("被告人张三不构成自首，但如实供述罪行，有坦白情节。", {}, "confession", True, "another ground stands"),
    ("辩护人所提系初犯的意见予以采纳，且鉴于其取得谅解，从轻处罚。", {}, "forgiveness", True, "the argument is over"),
    ("被害人已对被告人表示谅解，其属正当防卫的辩解不予采信。", {}, "forgiveness", True, "another clause is refused"),
    ("辩护人所提系初犯的意见予以采纳，认为构成自首等意见，不予采纳。", {}, "surrender", None, "the next argument is refused"),
    ("辩护人所提系初犯的意见有理，本院在量刑时予以综合考虑。", {}, "first_offender", True, "weighed is adopted"),
    ("被告人张三到案后不如实供述。", {}, "confession", None, "不 before the hit"),
    ("被告人张三在归案后和庭审中均供认了主要事实，从轻处罚。", {}, "confession", True, "another word for it"),
    ("被告人张三供认李四在场，该事实有证言佐证。", {}, "confession", None, "what a statement says"),
    # the article that is cited
    ("被告人张三当庭自愿认罪。", {"cited": "第二百六十四条、第六十七条第三款"}, "confession", True, "坦白 by its article"),
    ("", {"cited": "第二百六十四条、第六十七条第一款"}, "surrender", True, "自首 by its article"),
    ("被告人张三不构成自首。", {"cited": "第六十七条第一款"}, "surrender", None, "refused by name"),
    ("被告人张三具有自首情节。", {"cited": "第六十七条第一款、第三款"}, "confession", None, "part of 自首"),
    ("", {"cited": "第二百六十七条第一款"}, "surrender", None, "抢夺, another article"),
    # papers in the proof
    ("", {"proof": "足以认定。本案审理过程中，被告人赔偿被害人损失五千元。"}, "compensation", True, "told behind the proof"),
    ("量刑建议适当，应予采纳。", {"proof": "公诉机关认为被告人张三系累犯，建议从重处罚。"}, "recidivist", True, "the case as put behind the proof"),
    ("", {"proof": "公诉机关认为被告人张三系累犯，建议从重处罚。"}, "recidivist", False, "the case as put, not adopted"),
    ("", {"proof": "关于辩护人提出被告人系初犯的意见，经查属实，予以采纳。"}, "first_offender", True, "an answer before the opinion"),
    ("", {"proof": "关于辩护人提出被告人系初犯的意见，经查与事实不符，不予采纳。"}, "first_offender", False, "an answer that refuses"),
    ("关于被告人有坦白情节的辩护意见。经查，被告人张三到案后否认作案，该意见不予采纳。", {}, "confession", None, "answered in the next sentence"),
    ("辩护人辩称被告人主观恶性不大，对此，其危害后果严重，但被告人张三系初犯，从轻处罚。", {}, "first_offender", True, "对此 ends the argument"),
    ("被告人张三犯罪时未满十八周岁，系未成年人犯罪，减轻处罚。", {}, "minor_defendant", True, "未满 is no negation"),
    ("被告人张三虽与被害人达成调解协议，但并未履行。", {}, "settlement", None, "agreed and not kept"),
    ("被告人张三有坦白情节，且赔偿被害人并取得谅解。", {}, "compensation", True, "without an amount"),
    ("被告人张三未赔礼道歉，亦未以其他方式取得被害人谅解。", {}, "forgiveness", None, "negated at a distance"),
    ("", {"proof": "另有谅解书、收条在案。"}, "forgiveness", True, "a paper"),
    ("", {"proof": "另有调解协议书、收条在案。"}, "settlement", True, "a paper"),
    ("", {"proof": "证人称双方曾达成治安调解协议，后来没有下文。"}, "settlement", None, "a story, no paper"),
    ("", {"proof": "协议书及收条，证实被告人张三与被害人达成赔偿协议并已付清。"}, "settlement", True, "what a paper proves"),
    ("", {"proof": "被告人张三与被害人虽曾达成赔偿协议，但张三并未履行。"}, "settlement", None, "proved and not kept"),
    ("", {"facts": "民事部分已经本院调解处理，被告人张三赔偿王某五千元。"}, "settlement", True, "settled by the court"),
    ("", {"facts": "另查明，被告人张三2016年因赌博被行政拘留五日。"}, "admin_record", True, "found beside the act"),
    ("", {"facts": "民警查获吸毒的王某，王某因吸毒被行政拘留五日。"}, "admin_record", None, "somebody else's, in the story"),
    ("", {"header": "2015年被强制隔离戒毒二年。"}, "admin_record", True, "a treatment without its reason"),
    ("本案因宅基纠纷引发。", {}, "civil_dispute", True, "a shorter word"),
    ("双方互有过错，对被告人张三可从轻处罚。", {}, "victim_fault", True, "on both sides"),
    ("", {"facts": "王某纠集多人赶来殴打被告人张三。"}, "group", None, "the other side's crowd"),
    ("", {"facts": "王某伙同刘某、张三殴打李某。"}, "group", True, "taken along by another"),
    ("被告人张三供述套路贷团伙的情况，不构成立功。", {}, "group", None, "a gang that is told of"),
    ("周某在此过程中存在重大过错；对被告人张三可酌情从轻处罚。", {}, "victim_fault", True, "the victim by name"),
    ("被告人张三对事故存在重大过错，其系自首，可从轻处罚。", {}, "victim_fault", None, "the defendant's own"),
    ("", {"header": "因涉嫌本案于2019年2月1日被抓获；因吸毒，次日被行政拘留。"}, "admin_record", None, "dated in the part before"),
    ("其多次放火的行为危害极大。", {"charge": "放火罪"}, "repeated", True, "arson"),
    ("", {"proof": "刑事判决书、释放证明等证据在案。"}, "prior_record", True, "a judgment and the release from prison"),
    ("", {"proof": "看守所释放证明在案。"}, "prior_record", None, "the release from custody in this case"),
    ("", {"proof": "前科证明在案。"}, "prior_record", None, "whether he has any, it does not say"),
    ("", {"proof": "另查明，案发后被告人张三家属已退还被害人5000元。"}, "restitution", True, "facts told after the proof"),
    ("被告人张三自愿签署《认罪认罚具结书》。", {}, "plea_leniency", True, "a paper named in a title"),
    # giving back, compensating, agreeing
    ("被告人张三已偿还全部透支款本息。", {}, "restitution", True, "a debt to the victim"),
    ("", {"facts": "被告人张三将所得款用于偿还债务。"}, "restitution", None, "spending it is no giving back"),
    ("", {"facts": "赃物已由公安机关追回并发还被害人。"}, "restitution", None, "by the police"),
    ("", {"facts": "被害人家属被迫代为还清高利贷。"}, "restitution", None, "by the victim's side"),
    ("被告人张三家属给予被害人经济补偿。", {}, "compensation", True, "another word"),
    ("", {"facts": "案发后被告人张三垫付医疗费2000元。"}, "compensation", True, "costs paid"),
    ("", {"facts": "附带民事诉讼原告人共支付医疗费2000元。"}, "compensation", None, "costs of the victim"),
    ("被告人张三与被害人达成赔偿协议，取得谅解。", {}, "settlement", True, "an agreement"),
    ("", {"facts": "前述调解协议未能得到履行。"}, "settlement", None, "an agreement that failed"),
    ("被告人张三与被害人达成协议，取得谅解。", {}, "settlement", True, "an agreement with the victim"),
    ("", {"facts": "甲公司与被害人达成协议。"}, "settlement", None, "an agreement of a company"),
    ("", {"charged": "若在判决前能赔偿被害人损失并取得谅解，可适用缓刑。", "found": False}, "compensation", None, "a condition"),
    ("", {"charged": "若在判决前能赔偿被害人损失并取得谅解，可适用缓刑。", "found": False}, "forgiveness", None, "a condition"),
    ("被告人张三表示愿意赔偿被害人损失。", {}, "compensation", None, "an offer"),
    ("", {"facts": "被告人张三向王某赔偿5万元，取得谅解。"}, "compensation", True, "a sum, for what is not said"),
    ("", {"facts": "砂场同意赔偿30万元。"}, "compensation", None, "a promise of others"),
    ("", {"facts": "被告人张三的家属负担了王某的医疗费。"}, "compensation", True, "costs borne"),
    ("", {"facts": "经多次调解，双方未能就赔偿达成一致。"}, "settlement", None, "no agreement"),
    ("被告人张三不同意适用认罪认罚从宽制度。", {}, "plea_leniency", None, "not agreed to"),
    ("", {"facts": "被告人张三逼迫王某支付赔偿款。"}, "compensation", None, "extorted from the victim"),
    ("没有证据证实被告人张三已赔偿被害人，并获得谅解。", {}, "forgiveness", None, "not proved"),
    ("赃物应予以返还，不能返还的部分应予以退赔。", {}, "restitution", None, "an order in other words"),
    ("", {"facts": "被告人张三拉拢刑满释放人员。"}, "prior_record", None, "other people"),
    ("被告人张三无前科、劣迹，系初犯。", {}, "admin_record", None, "denied in a list"),
    ("有证人曾某的证言、对曾某的行政处罚决定书为证。", {}, "admin_record", None, "曾 is a surname here"),
    # pleas and remorse
    ("根据被告人的犯罪性质、情节及归案后的认罪、悔罪情况。", {}, "remorse", None, "how far, it does not say"),
    ("被告人张三在庭审中认罪态度较好。", {}, "plea_in_court", None, "an attitude is remorse"),
    ("被告人张三在庭审中认罪态度较好。", {}, "remorse", True, "an attitude"),
    ("被告人张三当庭认罪，态度较好。", {}, "remorse", True, "an attitude behind a comma"),
    ("被告人张三认罪态度不好。", {}, "remorse", None, "a bad one"),
    ("本案系同事之间的矛盾引发。", {}, "civil_dispute", True, "among colleagues"),
    ("被告人张三与同事李某发生纠纷，后将其打伤。", {}, "civil_dispute", None, "who quarrelled, not what about"),
    ("被告人对量刑建议没有异议且签字具结。", {}, "plea_leniency", True, "没有 belongs to another word"),
    ("被告人拒绝签署具结书。", {}, "plea_leniency", None, "he did not sign"),
    ("有立功表现的，可以从轻处罚；有重大立功表现的，可以减轻或者免除处罚。", {}, "major_merit", None, "the words of the law"),
    # penalties
    ("", {"header": "因盗窃于2015年5月6日被行政拘留十日。"}, "admin_record", True, "before the act"),
    ("", {"header": "因盗窃于2019年1月3日被行政拘留十日。"}, "admin_record", None, "for the act"),
    ("", {"facts": "被告人张三因邻里纠纷与被害人争吵。"}, "civil_dispute", True, "the cause, as found"),
    ("", {"facts": "被告人张三因家庭琐事与其妻争吵。"}, "civil_dispute", True, "a quarrel at home"),
    ("", {"facts": "被告人张三因琐事与被害人争吵。"}, "civil_dispute", None, "a quarrel of no kind"),
    ("该房屋因民事纠纷被查封。", {}, "civil_dispute", None, "no cause of the offence"),
    ("本案因民事纠纷引发。", {}, "civil_dispute", True, "the cause"),
    ("", {"proof": "被告人张三庭审中悔罪认罪，本院予以综合考虑。"}, "remorse", True, "weighed before the opinion begins"),
    ("", {"proof": "被告人张三庭审中悔罪认罪。"}, "remorse", None, "told in the evidence and not weighed"),
    ("", {"facts": "王某发现被骗后，被告人张三退回现金8000元。"}, "restitution", True, "given back once it was found out"),
    ("", {"facts": "王某发现被骗后，要求被告人张三退还现金8000元。"}, "restitution", None, "asked for"),
    ("", {"facts": "被告人张三偿还王某人民币3万元，其余款项拒绝归还。"}, "restitution", True, "a part was repaid"),
    ("", {"proof": "审理期间，被告人张三的亲属代为退赃5000元。"}, "restitution", True, "the family gives back"),
    ("", {"proof": "审理期间，被告人张三的亲属均未退赃。"}, "restitution", None, "the family gives nothing"),
    ("", {"proof": "证人王某证实，王某的家人已经还清了欠款。"}, "restitution", None, "the victim's family pays"),
    ("", {"facts": "被告人张三已分别支付附带民事诉讼原告人王某2000元。"}, "compensation", True, "paid to the civil party"),
    ("", {"proof": "领条证实，王某收到张三支付的丧葬费5000元。"}, "compensation", True, "a receipt for the funeral"),
    ("", {"facts": "经调解，由王某赔偿张三人民币1200元。"}, "compensation", None, "paid to the defendant"),
    ("", {"facts": "被害人出具谅解书证明同案犯赵某已赔偿并获得谅解。"}, "forgiveness", None, "a co-offender is forgiven"),
    ("", {"facts": "被害人出具谅解书证明同案犯赵某已赔偿，并得到被害人的谅解。"}, "forgiveness", None, "a co-offender is forgiven, in two clauses"),
    ("", {"facts": "案发后，被告人张三与被害人王某的家属达成赔偿协议。"}, "compensation", True, "the victim's family is the partner, not the payer"),
    ("", {"facts": "双方未达成民事赔偿协议。"}, "settlement", None, "no agreement"),
    ("", {"facts": "被告人张三向王某亲属赔偿经济损失6万元。"}, "compensation", True, "paid to the family"),
    ("", {"facts": "查明，2018年5月6日被告人张三因盗窃被行政拘留十日。"}, "admin_record", True, "查明 opens a sentence of its own"),
    ("", {"proof": "行政处罚决定书，证实2018年5月6日被告人张三因吸毒被处以行政拘留。"}, "admin_record", True, "the paper of an earlier penalty"),
    ("", {"proof": "行政处罚决定书，证实2019年1月3日被告人张三因殴打他人被处以行政拘留。"}, "admin_record", None, "the paper of a penalty for the act"),
    ("", {"proof": "判决书证实，被告人赵云因诈骗罪被某县人民法院判处有期徒刑三年。"}, "prior_record", None, "the sentence of a stranger"),
    ("", {"proof": "判决书证实，被告人张三因诈骗罪被某县人民法院判处有期徒刑三年。"}, "prior_record", True, "his own sentence"),
    ("", {"charged": "被告人张三的辩护人提出：1.事实清楚；2.被告人张三认罪认罚，请求从轻处罚。"}, "plea_leniency", None, "the defence's points, told with the charge"),
    ("", {"cited": "第六十七条第三款［坦白］"}, "recidivist", None, "an article with what it is about"),
]


@pytest.mark.parametrize(
    ("opinion", "options", "factor", "value", "reason"), ELSEWHERE, ids=[f"{row[2]}: {row[4]}" for row in ELSEWHERE]
)
def test_what_stands_outside_the_opinion_and_what_the_opinion_undoes(opinion, options, factor, value, reason):
    (result,) = found(opinion, factor, **options)
    assert bool(result) == bool(value), reason


SEVERAL = [
    ("被告人张三系累犯，应当从重处罚。被告人李四具有自首情节。", "recidivist", [True, False], "each has his own"),
    ("被告人张三系累犯，应当从重处罚。被告人李四具有自首情节。", "surrender", [False, True], "each has his own"),
    ("被告人张三、李四归案后均能如实供述自己的罪行。", "confession", [True, True], "a list of names"),
    ("二被告人均自愿认罪认罚。", "plea_leniency", [True, True], "the number of the defendants"),
    ("被告人张三协助公安机关抓获同案犯李四，有立功表现。", "merit", [True, False], "a name as an object"),
    ("被告人张三起主要作用，系主犯；其他被告人起次要作用，系从犯。", "role", [True, True], "others than the one named"),
    ("二被告人均认罪认罚。李四的辩护人提出其是初犯，予以采纳。", "first_offender", [False, True], "whose counsel it is"),
    ("被告人张三伙同李四行窃。根据被告人的犯罪情节和悔罪表现，适用缓刑。", "remorse", [True, True], "a sum-up names nobody"),
    ("被告人张三如实供述自己伙同李四行窃的事实。", "confession", [True, False], "the other is only told of"),
    ("被告人李四在共同犯罪中起次要作用，系从犯，其归案后如实供述罪行。", "confession", [False, True], "其 goes on"),
    ("对被告人李四依照《中华人民共和国刑法》第六十七条第三款之规定处罚。", "confession", [False, True], "the article of one"),
    ("依照《中华人民共和国刑法》第六十七条第三款之规定处罚。", "confession", [False, False], "one list of articles for all"),
    ("二被告人均当庭自愿认罪。依照《中华人民共和国刑法》第六十七条第三款之规定处罚。", "confession", [True, True], "those who pleaded"),
    ("被告人张三系自首。依照《中华人民共和国刑法》第六十七条第一款、第三款之规定处罚。", "confession", [False, True], "the only one left"),
    ("被告人张三系从犯，李四系主犯。依照《中华人民共和国刑法》第六十七条第三款［坦白］处罚。", "confession", [False, False], "what the article is about"),
    ("李四提交了家属的道歉信，被害人谅解二被告人。", "forgiveness", [True, True], "who is forgiven stands behind"),
    ("李四的辩护人提出其系从犯，不予采纳。被告人认罪态度较好。", "remorse", [True, True], "被告人 of both"),
]


@pytest.mark.parametrize(("opinion", "factor", "values", "reason"), SEVERAL, ids=[f"{row[1]}: {row[3]}" for row in SEVERAL])
def test_several_defendants(opinion, factor, values, reason):
    assert [bool(value) for value in found(opinion, factor, people=("张三", "李四"))] == values, reason


def test_a_deed_is_of_the_one_behind_whose_name_it_stands():
    facts = "案发后，被告人李四的家属已将赃款全部退还。"
    assert found("", "restitution", facts=facts, people=("张三", "李四")) == [False, True]


def test_one_defence_adopted_is_not_the_other_s():
    opinion = "被告人李四的辩护人提出的辩护意见，本院予以采纳。"
    defence = "被告人张三系初犯。李四的辩护人提出，被告人李四系初犯，"
    assert found(opinion, "first_offender", defence=defence, people=("张三", "李四")) == [False, True]


def test_others_are_everyone_but_those_named():
    assert found("被告人张三起主要作用，系主犯；其他被告人起次要作用，系从犯。", "role", people=("张三", "李四")) == ["主犯", "从犯"]


def test_every_value_has_a_span_of_the_stored_text():
    document = judgment("被告人张三具有自首情节，取得被害人谅解。")
    (person,) = extract(document).people
    evidence = {item.factor: document.text[item.start : item.end] for item in person.evidence}
    assert evidence["surrender"] == "自首"
    assert evidence["forgiveness"] == "谅解"
    assert evidence["gender"] == "男"


RECORDS = [
    ("案发后，被告人张三到某派出所投案，如实供述上述事实。", "surrender", True, "the deed, without its name"),
    ("案发后，被告人张三在亲属陪同下到交警队投案。", "surrender", True, "what a record tells of it"),
    ("其辩护人请求根据自首情节从轻处罚。", "surrender", None, "the defence asks"),
    ("被告人张三到案后如实供述上述事实。", "confession", True, "the deed"),
    ("被告人张三未如实供述。", "confession", None, "denied"),
    ("被告人张三协助公安机关抓获其他犯罪嫌疑人。", "merit", True, "the deed"),
    ("公诉机关认为，被告人张三具有犯罪前科。", "prior_record", True, "told by the prosecution"),
    ("另有前科查询证明。", "prior_record", None, "a paper that does not say"),
    ("被告人张三具有累犯情节。", "recidivist", True, "another verb"),
    ("案发后，张三赔偿王五经济损失2万元。", "compensation", True, "the victim by name"),
    ("双方民事部分已自行调解。", "settlement", True, "the civil part"),
    ("经多次调解，双方因分歧过大而调解不成。", "settlement", None, "it failed"),
    ("经村委会调解，被告人张三向王五支付医药费2万元。", "settlement", True, "mediated, and paid"),
    ("经主持调解，双方不能达成协议，赔偿未果。", "settlement", None, "mediated in vain"),
    ("被告人张三为替他人顶罪到公安机关假投案。", "surrender", None, "a feigned surrender"),
    ("被告人张三拨打110报警，并在现场等候民警处理。", "surrender", True, "who calls the police and waits gives himself up"),
    ("被告人张三明知他人报警而留在原地等待。", "surrender", True, "who knows that they were called, and waits"),
    ("被害人王五报警后在现场等候民警。", "surrender", None, "the victim waits"),
    ("被告人张三接民警电话通知后自行到案。", "surrender", True, "a call is no arrest"),
    ("被告人张三经传唤未到。", "surrender", None, "he did not come"),
    ("上述事实，被告人张三在庭审中无异议，并当庭认罪。", "plea_in_court", True, "the deed"),
    ("上述事实，被告人张三在庭审中无异议。", "plea_in_court", None, "no objection is no plea of guilty"),
    ("辩护人提出被告人张三自愿认罪，请求从轻处罚。", "plea_in_court", None, "the defence says so"),
    ("公诉机关认为被告人张三认罪态度较好。", "remorse", True, "put by the prosecution"),
    ("请综合考虑被告人张三的认罪态度。", "remorse", None, "an attitude without a judgment on it"),
    ("公诉机关认为，被告人张三具有坦白、累犯情节。", "recidivist", True, "one of a list"),
    ("被告人张三虽有前罪，但不构成累犯。", "recidivist", None, "denied"),
    ("另查明，被告人张三因犯盗窃罪于2012年被某县人民法院判处××。", "prior_record", True, "a conviction with its term masked"),
    ("被告人张三在××考验期内犯新罪。", "prior_record", True, "on probation"),
    ("被告人张三系某监狱服刑罪犯。", "prior_record", True, "serving a sentence"),
    ("有释放证明书证实。", "prior_record", None, "a paper"),
    ("同案李四因犯盗窃罪于2012年被判处××。", "prior_record", None, "another offender's sentence"),
    ("案发后，被告人张三家属补缴了税款5万元。", "restitution", True, "taxes paid at last"),
    ("公安机关将被盗手机退还失主。", "restitution", None, "the police gave it back"),
    ("附带民事诉讼原告人请求依法判决被告人张三赔偿王五的医疗费。", "compensation", None, "asked for"),
    ("辩护人提出：1.被告人系初犯；2.被告人认罪态度好，有悔罪表现。", "remorse", None, "the defence's points"),
    ("辩护人对事实没有异议。公诉机关认为，被告人认罪态度好。", "remorse", True, "the prosecution speaks behind the defence"),
]
STAGES = [
    ("应当以××罪（未遂）追究刑事责任。", "未遂", "in brackets"),
    ("因意志之外的原因没有得逞。", "未遂", "in other words"),
    ("因被害人反抗而未能得逞。", "未遂", "the deed"),
    ("后又欲对王五实施，未得逞。", "既遂", "one act of several"),
    ("被告人张三自动放弃犯罪。", "中止", "gave up of himself"),
    ("构成××罪（中止）。", "中止", "in brackets"),
    ("第一起犯罪系未遂。", "既遂", "one act of several"),
]


@pytest.mark.parametrize(("text", "stage", "reason"), STAGES, ids=[row[0] for row in STAGES])
def test_a_fact_record_tells_how_far_the_offence_went(text, stage, reason):
    document = Document(
        id="f", source="s", kind="fact_record", text="经审理查明，被告人张三欲强行与王某发生性关系。" + text, label=Label(charges=("强奸罪",), term_months=12.0)
    )
    (person,) = extract(document).people
    assert person.values["stage"] == stage, reason


@pytest.mark.parametrize(("text", "factor", "value", "reason"), RECORDS, ids=[f"{row[1]}: {row[3]}" for row in RECORDS])
def test_a_fact_record_tells_deeds_without_their_names(text, factor, value, reason):
    told = "经审理查明，被告人张三窃得现金3000元。" + text
    (person,) = extract(Document(id="f", source="s", kind="fact_record", text=told)).people
    assert bool(person.values.get(factor)) == bool(value), reason


def test_a_fact_record_leaves_what_it_cannot_tell_unknown():
    document = Document(id="f", source="s", kind="fact_record", text="经审理查明，被告人张三窃得现金3000元。")
    (person,) = extract(document).people
    assert person.values.get("surrender") is None
    assert person.values["burglary"] is False
