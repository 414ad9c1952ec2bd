import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.judgments.masking import mask


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("身份证号11010119900307123X，汉族", "身份证号" + "*" * 18 + "，汉族", "18 digits, the last an X"),
        ("身份证110101900307123。", "身份证" + "*" * 15 + "。", "the old form of 15"),
        ("电话13912345678联系", "电话" + "*" * 11 + "联系", "a mobile telephone"),
        ("座机021-55556666。", "座机" + "*" * 12 + "。", "a fixed telephone"),
        ("银行卡号6222000011112222333内", "银行卡号" + "*" * 19 + "内", "a bank card"),
        ("驾驶沪A12345号小型轿车", "驾驶沪A*****号小型轿车", "a number plate keeps province and letter"),
        ("微信号：abc_12345，转账", "微信号：*********，转账", "an account of a messenger"),
        ("QQ号123456789聊天", "QQ号*********聊天", "a QQ number"),
        ("住中山路12号3幢501室", "住中山路**号*幢***室", "a house, a building and a flat"),
        ("邮箱abc@example.com。", "邮箱***************。", "an address of electronic mail"),
        ("１３９１２３４５６７８", "***********", "full-width digits"),
    ],
)
def test_numbers_that_identify_are_masked(text, expected, why):
    assert mask(text) == expected, why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("并处罚金人民币13800000000元", "a sum of eleven digits"),
        ("（2018）沪0115刑初1234号", "a case number, though it begins with a province"),
        ("京检公诉科刑诉（2014）1071号起诉书", "the number of an indictment"),
        ("2017年6月28日13时30分", "a date"),
        ("通过微信转账2000元", "no account is named"),
        ("银行卡内余额为123456789012元", "a sum behind the word for a card"),
        ("第12号证据", "the number of an exhibit"),
        ("检材W9900112233445566778899号", "an exhibit's long number"),
        ("血液酒精含量为231.2mg/100ml", "a measurement"),
    ],
)
def test_what_must_stay(text, why):
    assert mask(text) == text, why


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        (
            "被害人张小明、证人李大海的证言。张小明离开。",
            "被害人张某某、证人李某某的证言。张某某离开。",
            "everywhere in the text",
        ),
        ("被害人欧阳小明的陈述", "被害人欧阳某某的陈述", "a family name of two characters"),
        ("被害人陈述、被害人家属、证人证言", "被害人陈述、被害人家属、证人证言", "words that begin like names"),
        ("被害人张某某的陈述", "被害人张某某的陈述", "masked already"),
        ("被害人张小明到场", "被害人张小明到场", "the name's end is not certain"),
        ("被害人张明的陈述", "被害人张明的陈述", "two characters may be a word elsewhere"),
    ],
)
def test_third_parties(text, expected, why):
    assert mask(text) == expected, why


def test_a_defendants_name_is_never_touched():
    text = "被告人张小明，绰号小明明。证人张小明的证言，被害人小明明的陈述，被害人王小明的陈述。"
    masked = mask(text, keep=["张小明", "小明明"])
    assert masked.count("张小明") == 2
    assert masked.count("小明明") == 2
    assert "王某某" in masked


def test_an_accused_companys_name_is_never_touched():
    text = "被告单位陈大明食品公司，住所地。被害人陈大明，证人陈大中。"
    masked = mask(text, keep=["陈大明食品公司"])
    assert masked.startswith("被告单位陈大明食品公司，") and "陈大中" not in masked


@given(st.text(alphabet=st.sampled_from("被害人证张王小明、，。的号卡路QQ沪A0123456789Xx@. "), max_size=120))
def test_masking_keeps_the_length_and_a_second_pass_changes_nothing(text):
    once = mask(text)
    assert len(once) == len(text)
    assert mask(once) == once
