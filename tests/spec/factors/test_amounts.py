"""The amount: the figure the sentence rests on, not every figure in the text. Sentences and why the row is there."""

import pytest
from texts import ONE, TWO, reading

from sentencing_ml.factors.amounts import amounts as find
from sentencing_ml.factors.finding import Finding, Withheld
from sentencing_ml.judgments.document import Defendant
from sentencing_ml.law.charges import canonical

THEFT = frozenset({"盗窃罪"})


def amounts(charged=THEFT, defendants=ONE, kind="judgment", **sections):
    found = find(reading(defendants=defendants, charged=frozenset(charged), kind=kind, **sections))
    return {index: finding.value for finding in found if isinstance(finding, Finding) for index in finding.people}


WHERE = [
    ({"findings": "被告人张三窃得现金3000元。"}, 3000, "a thing taken"),
    ({"opinion": "被告人张三盗窃他人财物价值人民币5600元，数额较大。", "findings": "窃得现金600元，手机价值5000元。"}, 5600, "the court's own figure first"),
    ({"opinion": "被告人张三秘密窃取他人财物，数额较大。", "findings": "窃得手机一部，价值9000余元。"}, 9000, "the findings where the opinion is silent, 余 is dropped"),
    ({"charges": "被告人张三窃得现金800元。", "findings": "指控的事实属实。"}, 800, "the charges where the findings take them over"),
    ({"charges": "检察院认为，被告人张三盗窃作案二起，涉案价值900元。", "findings": "窃得现金800元。"}, 800, "the court before the prosecution"),
    ({"opinion": "被告人张三窃取财物价值60元。被告人张三窃取财物价值60元，数额较大。"}, 60, "an opinion that names one figure twice means it once"),
    ({"opinion": "辩护人提出涉案数额应为500元的意见，经查，被告人张三盗窃数额为800元，予以认定。"}, 800, "an argument is no finding, the answer is"),
    ({"opinion": "指控被告人张三盗窃数额人民币12500元不当，应予纠正。理由：经查，李某先后被窃走2500元、10000元。", "findings": "窃得现金10000元。"}, 10000, "what the court calls wrongly charged, and its reasons"),
    ({"opinion": "指控诈骗总金额9000元的公诉意见，经查，被告人张三诈骗总金额应认定为8000元。"}, 8000, "the court corrects the charges"),
    ({"opinion": "被告人张三盗窃数额中未遂700元，可从轻处罚。", "findings": "窃得财物价值共计2000元，其中未遂700元。"}, 2000, "what failed of the whole is not the whole"),
    ({"findings": "窃得手机一部。证人王某证言，手机价值5000元。经鉴定，该手机价值3000元。"}, 3000, "what a witness says is no finding"),
    ({"findings": "窃得现金500元。认定上述事实的证据有：1、失窃清单，手机价值9000元。"}, 500, "a list of evidence repeats the facts"),
    ({"opinion": "被告人张三盗窃财物900元，数额较大。其另行所盗财物500元，亦应责令其退赔。"}, 900, "what is ordered is told again"),
    ({"evidence": "以上证据予以确认。综上，被告人张三共实施盗窃四次，盗窃财物价值5937元。"}, 5937, "a conclusion at the end of the evidence"),
]
KINDS = [
    ("窃得手机一部，经鉴定价值人民币1,980元。案发后退赔被害人2500元。", 1980, "restitution is no amount"),
    ("被告人张三以每克300元的价格购买。", None, "a price is no amount"),
    ("窃得自行车一辆，后以300元卖给他人，经鉴定，该车价值800元。", 800, "the value, not what the thing was sold for"),
    ("窃得自行车一辆，销赃得款300元。经鉴定，该车价值800元。", 800, "proceeds are no amount where the thing is appraised"),
    ("窃得现金800元，分得赃款300元。", 800, "a share is no amount"),
    ("被告人张三曾因盗窃5000元被判处刑罚。又窃得现金800元。", 800, "an earlier case"),
    ("窃得现金港币5000元。", None, "foreign currency that is not converted"),
    ("将王某的现金700元盗走。", 700, "the verb may follow"),
    ("窃得王某的人民币12.5元和李某的人民币5元。", 17.5, "what is joined in the same clause is of the same kind"),
    ("破案后，该手机（价值3000元）已追回并发还。窃得现金700元。", 700, "what came back is told again"),
    ("窃得王某（男，14周岁）人民币180元。", 180, "what brackets set aside is passed over"),
    ("窃得手机一部（评估价值：100元）。", 100, "a colon before the figure"),
    ("被告人张三窃得价值人民币3，830.00元的摩托车一辆。", 3830, "a full-width comma within a number"),
]
SUMS = [
    ("先后窃得财物价值1000元、2000元，共计价值3000元。", 3000, "the total, not the items"),
    ("第一次窃得现金500元。第二次窃得现金700元。", 1200, "items without a total are added"),
    ("1、2013年5月，窃得现金500元。2、2013年6月，窃得现金500元。", 1000, "two acts may have the same value"),
    ("2013年5月1日，窃得现金500元。2013年6月1日，窃得手机一部，价值700元。", 1200, "acts told by their dates"),
    ("窃得现金500元及手机一部。经鉴定，该手机价值2000元。", 2500, "cash and an appraised thing in one act"),
    ("窃得价值2000元的手机一部。经鉴定，该手机价值2000元。", 2000, "the appraisal repeats the value"),
    ("被告人张三参与盗窃二起，涉案价值1200元。具体事实如下：1、窃得现金500元。2、窃得现金700元。", 1200, "a total at the head"),
    ("1、窃得现金500元。2、窃得现金700元。综上，盗窃财物共计价值1200元。", 1200, "a total at the end"),
    ("收受现金合计900元及价值100元的购物卡。收受财物共计1000元。具体分述如下：1、收受现金300元。", 1000, "a total that the items follow"),
    ("窃得原油价值7000元，回收原油价值3000元，损失价值4000元。", 7000, "a value and what it consists of"),
    ("骗得王某350万元。2013年5月，将骗得的350万元用于还债。", 3500000, "money told of before"),
    ("窃得现金800元。原判根据上述事实，判处罚金。二审查明，窃得现金800元。", 800, "the facts of the first instance are told again"),
    ("抢得现金100元，抓获时查获现金30元。", 100, "money found on him"),
    ("窃得现金50-200元不等。", None, "a range is no sum"),
    ("第12起，被告人张三窃得现金200元；窃得手机一部，价值300元。", 500, "the number of an act counts nothing"),
    ("每名学员在培训期间所交的现金300元被其侵吞。", None, "so much a head is no sum"),
    ("1、窃得现金50元。2、窃得现金40元。至此，被告人张三共窃得现金85元。", 85, "a closing total goes before the sum of the items"),
    ("号刑事判决认定其盗窃价值9000元。又窃得现金800元。", 800, "an earlier judgment"),
    ("破案后，被盗手机、电脑（价值3000元）以及随车的各种工具、管件等物品（价值4000元）已追回并发还失主。窃得现金700元。", 700, "what came back, over a long list"),
    ("1、窃得现金50元。2、窃得现金40元。被告人张三共窃得现金90元。", 90, "a total after the last act"),
    ("1、收得财物合计900元：（1）窃得现金400元。（2）窃得现金500元。2、窃得现金100元。", 1000, "a total of items is not added to them"),
    ("窃得财物共计价值3000元，其中手机价值2000元，现金1000元。", 3000, "parts of a total"),
    ("窃得30000元、20000元。将窃得的50000元用于赌博。", 50000, "what adds up to those before is no further sum"),
    ("窃得现金800元。另查明，2014年8月22日，被告人张三窃得现金200元。", 1000, "a further finding may tell another act"),
    ("窃得现金800元。2015年3月，上述现金800元被其挥霍。", 800, "money spoken of as told"),
    ("窃得现金800元。被告人张三将占有的赃款共计600元全部退出。", 800, "what was given up in full"),
    ("窃得现金共计人民币（币种下同）900元。具体如下：1、窃得现金400元。2、窃得手机，价值300元。", 900, "an aside on the currency is passed over"),
    ("1、窃得面值800元的卡一张。2、窃得现金500元，其中1元硬币100元。", 1300, "a part is smaller than what it is part of"),
    ("2015年1月，窃得现金500元。2015年2月，窃得现金600元，两次合计窃得现金1000元。", 1000, "a total of several acts at the end of the last"),
    ("2015年1月，窃得现金500元。2015年2月，窃得现金共计600元。认定的证据如下：被害人的话。", 1100, "a list of evidence is no list of acts"),
    ("窃得现金共计500元，均被挥霍。其中：2015年1月窃得现金300元。2015年2月窃得现金100元。", 500, "a total that its parts follow"),
    ("被告人张三购买烟酒时，将王某放在柜中的1800元现金盗走。", 1800, "the act behind the sum goes before the words of the clause before"),
    ("窃得现金800元。另查明，被害人丢失现金300元。", 800, "further findings are no part of the act"),
]
CHARGES = [
    ("故意毁坏财物罪", "砸坏车辆，造成损失3000元，支付医疗费5000元。", 3000, "damage"),
    ("放火罪", "夏利轿车被烧毁，经鉴定，价值人民币5500元。", 5500, "what was burnt"),
    ("故意伤害罪", "将王某打伤，造成损失5000元。", None, "no amount: injury"),
    ("妨害公务罪", "砸坏警车玻璃，价值1000元。", None, "no amount: obstruction"),
    ("贷款诈骗罪", "骗取贷款后私分。被告人张三参与五次，涉案金额26000元，分得赃款7000元。", 26000, "the amount of the case, not the share"),
    ("寻衅滋事罪", "王某向他人借款，本息共计35万元，被告人张三上门滋扰。", None, "a debt is no amount of the offence"),
    ("合同诈骗罪", "虚构工程，收取质量保证金100万元，后退回30万元。", 1000000, "a deposit may be what is taken by fraud"),
    ("寻衅滋事罪", "向王某出借10万元，收取高额利息2万元。砸坏店门，损失300元。", 300, "a loan is nothing taken by force"),
    ("走私、贩卖、运输、制造毒品罪", "以500元的价格出售，收取毒资500元。", None, "no amount: a drug's price"),
    ("生产、销售伪劣产品罪", "以20000元购进，销售金额为51726元，获利460元。", 51726, "turnover, not cost or gain"),
    ("开设赌场罪", "现场查获赌资10450元。经查，违法所得为40000元。", 40000, "the gain of a gambling house before money seized"),
    ("开设赌场罪", "共收受他人投注104万元，非法获利1万元。", 1040000, "wagers before the gain"),
    ("信用卡诈骗罪", "透支后还款10000元，尚欠本金32942.69元，利息11542.62元，合计44485.31元。", 32942.69, "principal without interest"),
    ("受贿罪", "为他人承揽工程款300万元的工程，收受贿赂共计5万元。", 50000, "the bribe, not the contract"),
    ("挪用资金罪", "擅自从账户中取款150000元，用于归还到期贷款。归还150000元。", 150000, "diverted once"),
    ("敲诈勒索罪", "向李某索要50000元，李某支付30000元。", 30000, "what was asked for is not added to what was given"),
    ("保险诈骗罪", "投保10万元，骗得保险公司赔偿款9950元。", 9950, "what the insurer paid, not the cover"),
    ("诈骗罪", "虚构身份，向李某借款30000元后失去联系。", 30000, "a loan taken by deceit, where nothing else is told"),
    ("诈骗罪", "被告人张三谎称其在银行工作，骗取王某1万元。", 10000, "who lies does not testify"),
    ("诈骗罪", "被告人张三伪造病历，骗取医疗保险金5000元。", 5000, "money that is to help may be what is taken"),
    ("诈骗罪", "以办理取保候审需要疏通关系为由骗取李某23500元。", 23500, "a pretext is no payment"),
    ("诈骗罪", "骗取保证金6000元。", 6000, "取保 in another word"),
    ("诈骗罪", "谎称石料系自己所有，以12000元的价格出售给被害人王某。", 12000, "what the victim pays for what is not the seller's"),
    ("诈骗罪", "伪造证件，将车以22万元的价格卖给被害人王某，骗取王某22万元。", 220000, "a price that is told again as what was taken"),
    ("诈骗罪", "骗得汽车一辆，后以5000元的价格卖给他人。经鉴定，该车价值9000元。", 9000, "what a receiver pays is no loss of the victim"),
    ("诈骗罪", "王某表示愿意购买，遂将人民币22000元交给被告人张三。", 22000, "what is handed to the offender"),
    ("诈骗罪", "隐瞒债务要求还款，王某同意出售房屋，遂将差额9600元支付给被害人李某。", None, "what is paid to the victim"),
    ("盗窃罪", "归还所窃得的首饰后，已赔偿王某人民币12000元。", None, "restitution after the act was named"),
    ("挪用公款罪", "挪用土地补偿款55万元归个人使用。", 550000, "compensation may be what is diverted"),
    ("贪污罪", "骗取拆迁补偿款30万某，后退还补偿款5万元。", 300000, "money masked, and what went back"),
    ("受贿罪", "利用职务便利，得索贿款220000元。", 220000, "what was asked for and got"),
    ("诈骗罪", "冒名签协议，并将拨付的占地补偿款67260元据为己有。", 67260, "what became of relief money makes it what was taken"),
    ("盗窃罪", "被告人张三窃得现金800元。王某要求赔偿财产损失1300元，另被抢走手机。", 800, "what is claimed is no relief money"),
    ("盗窃罪", "将钱包内的现金4050元及卫衣一件（未鉴定）盗走。", 4050, "what brackets set aside is passed over behind the sum"),
    ("骗取贷款、票据承兑、金融票证罪", "办理贷款时虚假陈述，从信用社骗取贷款200万元。", 2000000, "who lies to a bank does not testify"),
    ("假冒注册商标罪", "经鉴定，扣押的假冒白酒价值52560元。", 52560, "goods that had not yet been sold"),
    ("假冒注册商标罪", "扣押现金52560元。", None, "money that was seized"),
    ("诈骗罪", "谎称房屋系其所有，将该房屋以146250元的价格出售给王某。", 146250, "what a thing was sold for, where nothing else is told"),
    ("诈骗罪", "以房产证抵押，向王某借款50万元，后将房屋以55万元的价格卖给李某。", 500000, "a loan before a sale"),
    ("信用卡诈骗罪", "使用他人的信用卡进行消费，累计金额为5701元。", 5701, "what the card paid, where nothing else is told"),
    ("信用卡诈骗罪", "透支本金9000元，用于消费5701元。", 9000, "principal before what it was spent on"),
    ("滥用职权罪", "违规确认面积，致使国家向王某多支付补偿款1182313元。", 1182313, "what should not have been paid"),
    ("玩忽职守罪", "审核不严，使王某骗取贷款300万元，造成公司代偿300万元的损失。", 3000000, "the loss before what others got"),
    ("挪用资金罪", "收回借款共计62500元挪归自己使用。", 62500, "money diverted, the verb behind"),
    ("非法经营罪", "接受六合彩投注，投注额累计达57000元。", 57000, "bets are the turnover of an unlicensed lottery"),
    ("诈骗罪", "骗得被害人王某4000元后拖延发货。2、骗得被害人李某4000元后拖延发货。", 8000, "the same value of another victim"),
    ("诈骗罪", "骗取王某9000元、李某7000元。公诉机关认为，被告人张三诈骗其中的7000元，属犯罪未遂。", 16000, "what failed of the whole closes nothing"),
    ("虚开增值税专用发票罪", "用于抵扣税款，虚开发票的金额共计399820元，抵扣税款共计51977元。", 51977, "the face of the invoices is no tax"),
    ("盗窃罪", "盗走现金2000元，后向王某汇款600元还债。", 2000, "what a thief pays is nothing he takes"),
    ("非法经营罪", "将引线十二包以7200元的价格卖给王某。", 7200, "what was paid for the goods is turnover"),
    ("非法经营罪", "以每包600元的价格卖给王某。", None, "a price of one is none"),
    ("开设赌场罪", "民警当场缴获赌资4300元。", 4300, "stakes may be those that were seized"),
    ("持有、使用假币罪", "持有面额为100元的假币，经鉴定，查获的人民币4480元均为假币。", 4480, "a note's face is no sum"),
    ("逃税罪", "逃避缴纳税款51570元，后补缴税款51570元。", 51570, "tax evaded, told again when it was paid"),
    ("虚开发票罪", "虚开普通发票十一份，共计金额930000元。", 930000, "the face of the invoices"),
    ("玩忽职守罪", "不认真履行职责，致使国家遭受经济损失630000元。", 630000, "what neglect cost"),
    ("虚报注册资本罪", "虚报注册资本500万元，取得公司登记。", 5000000, "capital that was not there"),
    ("组织、领导传销活动罪", "谎称最高可获利1040万元，要求加入者缴纳69800元。", None, "what is promised is nobody's gain"),
    ("合同诈骗罪", "骗取货款242321.24元，尚欠货款242321.24元。", 242321.24, "money told again to the last digit"),
    ("集资诈骗罪", "以高息为诱饵，金额计2095395元，数额特别巨大。", 2095395, "the figure that the law grades"),
    ("非法吸收公众存款罪", "向128人吸收资金共计2005万元，造成损失共计1800万元。", 20050000, "what was taken in, not what was lost"),
    ("非法吸收公众存款罪", "向26人吸收资金2214.4万元，已归还本金944.2万元。", 22144000, "what was taken in, not what went back"),
    ("虚开增值税专用发票罪", "价税合计1830015元，税额265899.56元。", 265899.56, "tax before the face of the invoices"),
    ("拒不支付劳动报酬罪", "拖欠王某等21名工人工资共计220248元。", 220248, "wages owed"),
    ("组织他人偷越国（边）境罪", "提交在职证明，组织上述人员偷越国境，从中非法获利20余万元。", 200000, "gain"),
]
PEOPLE = [
    ("被告人张三参与盗窃三起，价值共计8000元；被告人李四参与盗窃一起，价值2000元。", {0: 8000, 1: 2000}, "each has the figure told of him"),
    ("1、被告人张三窃得现金500元。2、被告人张三、李四窃得现金700元。", {0: 1200, 1: 700}, "each has the acts that name him"),
    ("被告人张三、李四窃得现金700元。", {0: 700, 1: 700}, "joint acts count in full for both"),
    ("被告人张三、李四盗窃摩托车十六辆，价值共计80000元。具体事实如下：1、被告人张三、李四窃得摩托车，价值5000元。", {0: 80000, 1: 80000}, "a total of several"),
    ("被告人张三等人窃得现金共计25000元。被告人李四负责望风。", {0: 25000, 1: 25000}, "a total of one and others is everybody's"),
    ("被告人张三、李四骗得50000元。被告人李四共计骗得20000元。", {0: 50000, 1: 20000}, "his own total within one act"),
    ("被告人张三伙同他人骗取他人财物计人民币60000元（其中20000元未遂），数额巨大。被告人李四伙同他人骗取他人财物20000元（未遂），数额较大。", {0: 60000, 1: 20000}, "what is graded closes what is told of each"),
    ("被告人张三将车推销给被告人李四，销售金额52万元。其中，被告人李四销售金额17万元。", {0: 520000, 1: 170000}, "a part of the whole is his own figure"),
]  # fmt: skip


@pytest.mark.parametrize(("sections", "expected", "reason"), WHERE, ids=[row[2] for row in WHERE])
def test_where_the_amount_is_stated(sections, expected, reason):
    assert amounts(**sections) == {0: expected}, reason


@pytest.mark.parametrize(("text", "expected", "reason"), KINDS + SUMS, ids=[row[2] for row in KINDS + SUMS])
def test_which_sums_of_the_findings_count(text, expected, reason):
    assert amounts(findings=text).get(0) == expected, reason


@pytest.mark.parametrize(("charge", "text", "expected", "reason"), CHARGES, ids=[row[3] for row in CHARGES])
def test_what_a_charge_is_measured_by(charge, text, expected, reason):
    assert amounts([canonical(charge)], findings=text).get(0) == expected, reason


@pytest.mark.parametrize(("text", "expected", "reason"), PEOPLE, ids=[row[2] for row in PEOPLE])
def test_whose_the_amount_is(text, expected, reason):
    charged = ["生产、销售伪劣产品罪"] if "销售金额" in text else THEFT
    assert amounts(charged, TWO, findings=text) == expected, reason


def test_a_lower_limit_goes_last():
    sections = {"opinion": "被告人张三盗窃数额达五千元以上。", "charges": "被告人张三窃得现金7000元。"}
    assert amounts(**sections) == {0: 5000}
    assert amounts(**sections, findings="窃得现金6000元。") == {0: 6000}


def test_who_receives_stolen_things_has_those_that_passed_through_his_hands():
    text = "1、王某窃得摩托车一辆，卖给被告人张三。经鉴定，该车价值2000元。2、王某窃得摩托车一辆，卖给被告人李四，李四卖给被告人张三。经鉴定，该车价值3000元。"
    assert amounts(["掩饰、隐瞒犯罪所得、犯罪所得收益罪"], TWO, findings=text) == {0: 5000, 1: 3000}


def test_a_summary_gives_each_the_figure_told_of_him():
    text = "1、张三窃得摩托车，价值4000元，卖给李四。2、张三窃得摩托车，价值3000元。综上，张三盗窃的摩托车价值为7100元；李四购买的被盗摩托车价值为4100元。"
    assert amounts(["掩饰、隐瞒犯罪所得、犯罪所得收益罪"], TWO, findings=text) == {0: 7100, 1: 4100}


def test_a_joint_act_counts_for_those_who_are_named_together():
    sections = {"findings": "被告人张三、李四经预谋行窃。被告人张三窃得现金700元。"}
    assert amounts(defendants=TWO, **sections) == {0: 700, 1: 700}
    assert amounts(defendants=TWO, findings="被告人张三窃得现金700元。被告人李四在家中被抓获。") == {0: 700}


def test_a_joint_total_of_the_charge_is_not_that_of_whom_took_part_in_less():
    charges = "公诉机关指控，被告人张三、李四盗窃三起，共计价值9100元。"
    findings = "1、2015年1月，被告人张三窃得手机，价值5000元。2、2015年2月，被告人张三、李四窃得电脑，价值3000元。3、2015年3月，被告人张三、李四窃得电视，价值1000元。"
    assert amounts(defendants=TWO, charges=charges, findings=findings) == {0: 9100, 1: 4000}


def test_the_rest_of_the_findings_may_stand_among_the_evidence():
    sections = {"findings": "被告人张三系无业人员。", "evidence": "1、2015年1月，被告人张三窃得现金500元。2、2015年2月，被告人张三窃得现金700元。"}
    assert amounts(**sections) == {0: 1200}
    assert amounts(findings="被告人张三行窃。", evidence="1、王某说被窃走现金500元。") == {}


WITHHELD = [
    ("被告人张三窃得现金2000美元。", "foreign_currency", "another currency, not converted"),
    ("被告人张三窃得手机一部，价值3000，后逃离。", "no_currency", "a number without a unit"),
    ("被告人张三窃得手机一部，价值3000元。", None, "a sum in yuan"),
    ("被告人张三窃得手机一部。", None, "no sum at all"),
]


@pytest.mark.parametrize(("text", "expected", "why"), WITHHELD, ids=[row[2] for row in WITHHELD])
def test_an_amount_that_cannot_be_read_is_withheld_with_its_reason(text, expected, why):
    found = [item for item in find(reading(charged=THEFT, findings=text)) if isinstance(item, Withheld)]
    assert [item.reason for item in found] == ([expected] if expected else []), why


ROUNDED = [
    ("价值4000余元", "价值4064元", 4064, "the findings say what the opinion rounds"),
    ("价值4000余元", "价值5200元", 4000, "another figure is none that it rounds"),
    ("价值4000元", "价值4064元", 4000, "a figure that is not rounded stands"),
]


@pytest.mark.parametrize(("opinion", "findings", "expected", "why"), ROUNDED, ids=[row[3] for row in ROUNDED])
def test_a_rounded_figure_is_made_exact_by_the_findings(opinion, findings, expected, why):
    assert amounts(opinion=f"被告人张三盗窃他人财物，{opinion}，数额较大。", findings=f"被告人张三窃得电动车一辆，{findings}。") == {0: expected}, why


def test_a_name_that_ends_as_a_sum_does_is_none():
    person = (Defendant(index=0, name="陈三元", start=0, end=0),)
    found = amounts(defendants=person, findings="被告人陈三元窃得现金1500元。被告人陈三元逃离现场。")
    assert found == {0: 1500}


RECORDS = [
    (["诈骗罪"], ONE, "谎称能办理工作，骗取王某19万某。", {0: 190000}, "yuan masked, and none in the text"),
    (["诈骗罪"], ONE, "以招聘为由××王某，拒绝返还所付的钱，从而××王某共计8520元。", {0: 8520}, "the act is masked with the charge"),
    (["盗窃罪"], ONE, "被害人王××购买手机。被告人张三给了李××2000元。", {}, "names that are masked so"),
    (["开设赌场罪"], ONE, "张三××半个月，每场输赢数千元，共抽头渔利20000元。", {0: 20000}, "a charge of nothing taken"),
    (["盗窃罪"], TWO, "被告人张三伙同李四行窃。李四窃得手机一部，价值1955元。", {0: 1955, 1: 1955}, "a partner's act"),
    (["盗窃罪"], TWO, "被告人张三在家。群众将被告人李四抓获，李四窃得手机一部，价值1955元。", {0: 1955, 1: 1955}, "one outcome, one offence"),
    (["虚开增值税专用发票罪"], ONE, "经同案人王某（已判刑）介绍，虚开发票，税款人民币21068元。", {0: 21068}, "told after somebody dealt with elsewhere"),
]


@pytest.mark.parametrize(("charges", "defendants", "text", "expected", "why"), RECORDS, ids=[row[4] for row in RECORDS])
def test_what_a_record_of_one_outcome_tells(charges, defendants, text, expected, why):
    charged = [canonical(charge) for charge in charges]
    assert amounts(charged, defendants, kind="fact_record", findings=text) == expected, why


def test_what_the_court_leaves_out_of_the_charge():
    opinion = "认定被告人张三骗取金额达28万元的证据未达到确实、充分的标准。"
    assert amounts(["诈骗罪"], opinion=opinion, findings="骗走王某现金16000元。") == {0: 16000}
    opinion = "公诉机关对张三诈骗金额为28万元的指控，证据不足，本院不予支持。"
    assert amounts(["诈骗罪"], opinion=opinion, findings="骗走王某现金16000元。") == {0: 16000}
