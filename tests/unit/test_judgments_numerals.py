import pytest

from sentencing_ml.judgments.numerals import (
    duration_at,
    find_alcohol,
    find_dates,
    find_money,
    find_weights,
    fold,
    format_integer,
    parse_integer,
    parse_number,
)

NUMBERS = [
    ("十", 10, "a bare ten"),
    ("十六", 16, "ten without its one"),
    ("二十", 20, "tens"),
    ("一百零五", 105, "a gap"),
    ("两千", 2000, "liang"),
    ("二〇一七", 2017, "a year digit by digit"),
    ("三万五", 35000, "the last unit left out"),
    ("一千二", 1200, "the last unit left out"),
    ("一万零五百", 10500, "a gap after ten thousands"),
    ("叁仟伍佰", 3500, "formal numerals"),
    ("壹拾贰万", 120000, "formal numerals with a scale"),
    ("3万", 30000, "mixed"),
    ("1.2亿", 120000000, "a decimal with a scale"),
    ("1,234,567", 1234567, "thousands separators"),
    ("一亿二千三百万", 123000000, "two scales"),
    ("三千万", 30000000, "thousands of ten thousands"),
    ("一万亿", 10**12, "a scale of a scale"),
]


@pytest.mark.parametrize(("text", "value", "reason"), NUMBERS)
def test_numbers(text, value, reason):
    assert parse_number(text) == value, reason


@pytest.mark.parametrize("text", ["", "万", "某", "一二三百四五", "1.2.3", "abc"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        parse_integer(text)


MONEY = [
    ("人民币3,200元", [3200.0], "separators"),
    ("3200余元", [3200.0], "yu is dropped"),
    ("二十余万元", [200000.0], "yu inside"),
    ("10余万元", [100000.0], "yu before the scale"),
    ("34.5万余元", [345000.0], "yu after the scale"),
    ("人民币五千元", [5000.0], "Chinese numerals"),
    ("5000美元", [], "another currency"),
    ("罚金2万元，退赔1.5万元", [20000.0, 15000.0], "two amounts"),
    ("人民币16.78万某", [167800.0], "yuan masked as if it were a name"),
    ("人民币178万1某", [1780000.0], "yuan masked as if it were a name with a number"),
    ("将100余人送给万某", [], "a name"),
    ("骗取50万人民币", [500000.0], "the currency behind"),
    ("人民币17243。06元", [17243.06], "a full stop for the point"),
    ("共计4。9万元", [49000.0], "a full stop for the point before a scale"),
    ("见第15。300元归他", [300.0], "a full stop that ends a sentence"),
    ("资金5522.7.74元", [], "the end of a figure with two points"),
    ("3百元", [300.0], "Arabic digits with a Chinese unit"),
    ("分别价值800、700、1500元", [800.0, 700.0, 1500.0], "a list that names yuan once"),
    ("1、3000元", [3000.0], "the number of an item"),
]


@pytest.mark.parametrize(("text", "values", "reason"), MONEY)
def test_money(text, values, reason):
    assert [found.value for found in find_money(fold(text))] == values, reason


DURATIONS = [
    ("一年六个月", 18, "years and months"),
    ("六个月", 6, "months"),
    ("三年", 36, "years"),
    ("十年零六个月", 126, "ling between"),
    ("一年半", 18, "half a year"),
    ("1年2个月", 14, "Arabic digits"),
    ("一个月十五日", 1.5, "days as months/30"),
    ("二十五年", 300, "combined terms"),
]


@pytest.mark.parametrize(("text", "months", "reason"), DURATIONS)
def test_durations(text, months, reason):
    assert duration_at(text, 0).value == months, reason


def test_no_duration_where_none_stands():
    assert duration_at("有期徒刑", 0) is None


DATES = [
    ("二〇一三年十月八日", ["2013-10-08"], "Chinese digits"),
    ("二Ｏ一九年十月三十日", ["2019-10-30"], "a letter O for zero"),
    ("二○一六年四月七日", ["2016-04-07"], "a circle for zero"),
    ("2017年6月28日", ["2017-06-28"], "Arabic digits"),
    ("1975年4月", ["1975-04"], "no day"),
    ("2015年", ["2015"], "a year alone"),
    ("2015年2月30日", [], "an impossible day"),
    ("２０１８年１月２日", ["2018-01-02"], "full-width digits"),
    ("（2017）沪0120刑初684号", [], "a case number is no date"),
]


@pytest.mark.parametrize(("text", "values", "reason"), DATES)
def test_dates(text, values, reason):
    assert [found.value for found in find_dates(fold(text))] == values, reason


def test_weights_and_alcohol_are_told_apart():
    text = fold("甲基苯丙胺０.３６克，血液酒精含量为１５６.２ｍｇ／１００ｍｌ，海洛因1.2千克")
    assert [found.value for found in find_weights(text)] == [0.36, 1200.0]
    assert [found.value for found in find_alcohol(text)] == [156.2]


def test_alcohol_per_millilitre_is_multiplied():
    assert [found.value for found in find_alcohol("1.16mg/mL")] == pytest.approx([116.0])


def test_folding_keeps_every_offset():
    text = "（２０１７）沪０１２０刑初６８４号　ＡＢ％"
    assert len(fold(text)) == len(text)
    assert fold(text) == "（2017）沪0120刑初684号 AB%"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "零"), (10, "十"), (15, "十五"), (20, "二十"), (105, "一百零五"), (110, "一百一十"), (1010, "一千零一十"),
     (12000, "一万二千"),
     (200000, "二十万"), (123456, "十二万三千四百五十六")],
)  # fmt: skip
def test_numbers_are_written_as_judgments_do(number, text):
    assert format_integer(number) == text
