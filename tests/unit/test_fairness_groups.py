from pathlib import Path

import pandas as pd
import pytest

from sentencing_ml.errors import SettingsError
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.fairness.contrasts import grouping
from sentencing_ml.fairness.groups import excluded, grouped, groups
from sentencing_ml.law.charges import all_charges
from sentencing_ml.settings import load_settings

GROUPED = [
    ("gender", {"gender": "女"}, "女", "as written"),
    ("gender", {}, "未知", "null is a group of its own, not 男"),
    ("region", {"province": "河南省"}, "中部", "full name of the province"),
    ("region", {"province": "上海"}, "东部", "short name of the province"),
    ("region", {"province": "某省"}, "未知", "no such province"),
    ("province", {"province": "四川"}, "四川省", "one group a province however it is written"),
    ("counsel", {"counsel": "值班律师"}, "值班律师", "duty counsel is no appointed defender"),
    ("ethnicity", {"ethnicity": "汉族"}, "汉族", "majority"),
    ("ethnicity", {"ethnicity": "汉"}, "汉族", "short form"),
    ("ethnicity", {"ethnicity": "回族"}, "其他民族", "any other known value"),
    ("ethnicity", {"ethnicity": " "}, "未知", "an empty field is not another ethnicity"),
    ("age", {"birth_date": "1990-05-02", "judgment_date": "2020-05-01"}, "25—34岁", "29 the day before the birthday"),
    ("age", {"birth_date": "1995-05-02", "judgment_date": "2020-05-02"}, "25—34岁", "25 on the birthday"),
    ("age", {"birth_date": "1995-05-03", "judgment_date": "2020-05-02"}, "18—24岁", "24 the day before"),
    ("age", {"birth_date": "2003-01-01", "judgment_date": "2020-05-02"}, "未满18岁", "a minor"),
    ("age", {"birth_date": "1940-01-01", "judgment_date": "2020-05-02"}, "75岁以上", "elderly"),
    ("age", {"birth_date": "1990-05-02"}, "未知", "no date to count to"),
    ("age", {"birth_date": "1990年", "judgment_date": "2020-05-02"}, "未知", "half a date is no date"),
    ("age", {"birth_date": "2001-05-03", "offence_date": "2019-05-02", "judgment_date": "2020-05-02"}, "未满18岁", "the age at the offence, not at the judgment"),
    ("age", {"birth_date": "1995-05", "judgment_date": "2020-05-02"}, "未知", "no day of birth"),
    ("ethnicity_each", {"ethnicity": "汉"}, "汉族", "short form"),
    ("ethnicity_each", {"ethnicity": "彝族"}, "彝族", "a group by itself"),
    ("ethnicity_each", {"ethnicity": ""}, "未知", "an empty field"),
    ("household", {"household_province": "四川省", "province": "四川"}, "本地", "one province however it is written"),
    ("household", {"household_province": "河南省", "province": "四川省"}, "外地", "of another province"),
    ("household", {"household_province": "河南省"}, "未知", "no court to compare with"),
    ("household", {"province": "四川省"}, "未知", "no registration told"),
    ("occupation", {"occupation": "某某物流有限公司司机"}, "驾驶员", "what is done, before for whom"),
    ("occupation", {"occupation": "某某学院在校学生"}, "学生", "a part of the value"),
    ("occupation", {"occupation": "农民工"}, "务工、工人", "a migrant worker is no farmer"),
    ("occupation", {"occupation": "务农"}, "农民", "another word for it"),
    ("occupation", {"occupation": "无固定职业"}, "无业", "another word for it"),
    ("occupation", {"occupation": "个体工商户"}, "个体经营", "own business"),
    ("occupation", {"occupation": "原某某县财政局局长"}, "公职人员", "a former office"),
    ("occupation", {"occupation": "某某建筑第二工程局有限公司职工"}, "公司职员、管理", "a company that is called 局"),
    ("occupation", {"occupation": "某某水利局临聘职工"}, "务工、工人", "hired for a time, no official"),
    ("occupation", {"occupation": "某某村村民委员会主任"}, "公职人员", "a village office, no farmer"),
    ("occupation", {"occupation": "居民"}, "未知", "tells no occupation"),
    ("occupation", {"occupation": "某某小学教师"}, "其他", "known, in no class"),
    ("education", {"education": "小学肄业"}, "小学及以下", "part of the written value"),
    ("education", {"education": "大学本科"}, "大专及以上", "first entry of the list that occurs"),
    ("education", {"education": "职业中专"}, "高中、中专", "not 大专"),
    ("education", {"education": "私塾"}, "其他", "known, in no class"),
    ("court_level", {"court": "河南省高级人民法院"}, "高级", "before 人民法院 in the list"),
    ("court_level", {"court": "新乡市红旗区人民法院"}, "基层", "no qualifier"),
    ("court_level", {"court": "郑州铁路运输法院"}, "专门", "special court"),
    ("year", {"judgment_date": "2019-12-31"}, "2019", "the year of the date"),
    ("custody", {"custody": "取保候审"}, "取保候审", "as written"),
    ("procedure", {"procedure": "速裁"}, "速裁", "as written"),
]


@pytest.mark.parametrize(("name", "row", "expected", "reason"), GROUPED, ids=[f"{r[0]}: {r[3]}" for r in GROUPED])
def test_values_are_grouped(name, row, expected, reason):
    assert grouped(factor_frame([row]), name).tolist() == [expected], reason


def test_a_missing_column_is_unknown_in_every_row():
    frame = pd.DataFrame({"row_id": ["a", "b"]}, index=[7, 9])
    result = grouped(frame, "gender")
    assert result.tolist() == ["未知", "未知"]
    assert result.index.tolist() == [7, 9]


def test_small_ethnicities_stand_together_by_the_counts_of_one_table():
    table = factor_frame([{"ethnicity": name} for name in ["汉族"] * 12 + ["彝族"] * 10 + ["壮族"] * 9 + [None] * 3])
    sizes = grouped(table, "ethnicity_each", smallest=10).value_counts().to_dict()
    assert sizes == {"汉族": 12, "彝族": 10, "其他民族": 9, "未知": 3}
    more = factor_frame([{"ethnicity": "壮族"}] * 20 + [{"ethnicity": "彝族"}])
    assert set(grouped(more, "ethnicity_each", smallest=10)) == {"壮族", "其他民族"}
    assert set(grouped(more, "ethnicity_each", smallest=10, counted=table)) == {"其他民族", "彝族"}
    # the limit is no business of an attribute whose groups are fixed
    assert set(grouped(table, "ethnicity", smallest=11)) == {"汉族", "其他民族", "未知"}


def test_names_that_are_no_attribute_are_told_apart_without_an_error():
    assert groups().unknown_names(["gender", "height", "year"]) == ("height",)


def test_an_unknown_attribute_lists_the_known_ones():
    with pytest.raises(SettingsError, match="'height' is not an attribute of the audit; choose from gender, region"):
        grouped(factor_frame([{}]), "height")


def test_the_model_reads_no_column_of_an_attribute():
    inputs = {factor.name for factor in registry().model_inputs()}
    read = {column for found in groups().attributes.values() for column in found.rules.get("from", [found.column])}
    assert read <= set(registry().factors)
    assert not read & inputs


def test_exceptions_name_charges_and_attributes_that_exist():
    names = {charge.name for charge in all_charges()} | {"*"}
    for entry in groups().relevant:
        assert entry.charge in names, entry
        assert entry.attribute in groups().attributes, entry
        assert entry.article
        assert entry.effect in ("excluded", "noted")


def test_facts_of_law_name_factors_that_the_model_reads_or_say_that_there_is_none():
    told = {factor.name for factor in registry().factors.values()}
    for entry in groups().relevant_facts:
        assert entry.factor is None or entry.factor in told, entry
        assert entry.article and entry.zh


def test_groups_of_the_exceptions_exist():
    for entry in groups().relevant:
        rule = groups().attributes[entry.attribute].rules
        named = {group for _, group in [*rule.get("contains", []), *rule.get("bands", [])]}
        named |= set(rule.get("values", {}).values()) | {rule.get("lower_group"), rule.get("upper_group")}
        assert entry.group is None or entry.group in named, entry


def test_an_office_keeps_its_charges_out_of_the_comparison_of_occupations():
    charge = pd.Series(["受贿罪", "职务侵占罪", "非法拘禁罪", "非法拘禁罪"], dtype="string")
    group = pd.Series(["公职人员", "农民", "公职人员", "农民"], dtype="string")
    assert excluded(charge, group, "occupation").tolist() == [True, True, True, False]
    assert excluded(charge, group, "household").tolist() == [False] * 4


def test_law_keeps_minors_and_the_elderly_out_of_the_comparison_of_ages_alone():
    charge = pd.Series(["盗窃罪"] * 3, dtype="string")
    group = pd.Series(["未满18岁", "25—34岁", "75岁以上"], dtype="string")
    assert excluded(charge, group, "age").tolist() == [True, False, True]
    assert excluded(charge, group, "gender").tolist() == [False, False, False]


def test_a_charge_is_kept_out_where_law_ties_the_attribute_to_it_and_an_unknown_charge_stays():
    charge = pd.Series(["强奸罪", "盗窃罪", None], dtype="string")
    group = pd.Series(["男", "男", "女"], dtype="string")
    assert excluded(charge, group, "gender").tolist() == [True, False, False]


def test_a_noted_exception_keeps_the_counts_in():
    charge = pd.Series(["盗窃罪"], dtype="string")
    assert excluded(charge, pd.Series(["东部"], dtype="string"), "region").tolist() == [False]


def test_a_group_that_a_coarser_attribute_compares_is_not_tested_twice():
    ethnicity = ["汉族"] * 80 + ["回族"] * 30 + ["苗族"] * 20 + [None] * 10
    table = pd.DataFrame({"ethnicity": pd.array(ethnicity, dtype="string"), "charge_group": "盗窃罪"})
    settings = load_settings(Path(__file__).parents[2] / "params.yaml").audit

    def compared(*attributes):
        chosen = settings.model_copy(update={"attributes": attributes})
        return {found.group for found in grouping(table, "ethnicity_each", settings=chosen).contrasts}

    assert compared("ethnicity", "ethnicity_each") == {"回族", "苗族"}
    assert compared("ethnicity_each") == {"汉族", "回族", "苗族", "未知"}
