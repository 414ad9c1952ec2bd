"""The sentences of a sheet: what they say, that every figure is the dict's, and words that never stand there."""

import copy
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentencing_ml.explanation.reasons import reasons

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def step(factor, zh, value, months, article="刑法61"):
    return {"factor": factor, "zh": zh, "value": value, "article": article, "months": months}


def tier(condition, standing):
    return {"condition": condition, "standing": standing, "punishment": "三年以下有期徒刑", "article": "刑法264"}


ADVISED = {
    "status": {"code": "advised", "zh": "已给出参考", "advised": True, "reason": None},
    "case": {"charge": "盗窃罪", "facts_are": "法院查明", "alleged": False, "charge_source": "判决认定"},
    "answer": {
        "liability_months": 14.23, "interval_low": 7.1, "interval_high": 25.49, "level": 0.9, "rule_low": 6.0, "rule_high": 18.0,
        "tier": "t1", "tiers": [tier("数额较大", "成立"), tier("数额巨大", "排除")], "agreement": {"state": "within", "text": ""},
    },
    "walk": {
        "start": 10.0,
        "reference": {"charge_group": "盗窃罪", "size": 200},
        "steps": [
            step("amount_yuan", "犯罪数额", "8,600 元", 3.1),
            step("burglary", "入户", "有", 2.0, "刑法263、264"),
            step("rules", "法律规则（幅度与起点）", None, 0.4, None),
            step("role", "共同犯罪中的地位", "从犯", -1.27, "刑法26-28"),
            step("weapon", "持械、携带凶器", "无", -0.04),
            step("bound", "数值边界", None, 9.0, None),
        ],
    },
    "what_if": {
        "threshold": 0.2,
        "alternatives": [],
        "smallest": {"label": "犯罪数额 8,600 元 → 11,000 元", "liability_months": 17.3, "change_months": 3.07},
    },
    "rules": {"missing": []},
    "offender": [{"zh": "自首"}, {"zh": "认罪认罚"}, {"zh": "前科"}],
    "blind": None,
}  # fmt: skip


def sheet(**changes):
    content = copy.deepcopy(ADVISED)
    for path, value in changes.items():
        *way, last = path.split("__")
        part = content
        for key in way:
            part = part[key]
        part[last] = value
    return content


def abstained(**changes):
    reason = "训练数据中“盗窃罪”只有 11 件（少于 20 件），不给出实证数值；请看法定刑幅度和理论量刑。"
    status = {"code": "thin_data", "zh": "同类案件过少", "advised": False, "reason": reason}
    none = dict.fromkeys(("answer__liability_months", "answer__interval_low", "answer__interval_high", "walk", "answer__agreement"))
    return sheet(status=status, **none, **changes)


def test_the_sentences_of_an_advised_count():
    assert reasons(sheet()) == [
        "就盗窃罪，依法院查明的事实中的责任刑情节，责任刑参考值为 14.2 个月，90%区间为 7.1 个月至 25.5 个月。",
        "对照的是盗窃罪训练案件中的 200 件，它们的典型值为 10.0 个月。",
        "与典型案件相比，使参考值较高的主要是犯罪数额 8,600 元（刑法61）多 3.1 个月，入户 有（刑法263、264）多 2.0 个月；"
        "使参考值较低的主要是共同犯罪中的地位 从犯（刑法26-28）少 1.3 个月。",
        "规则轨由法条和指导意见得出 6.0 个月至 18.0 个月，参考值在区间之内。",
        "单独改变一项情节就使参考值变动 20% 以上的，最近的是犯罪数额 8,600 元 → 11,000 元：参考值为 17.3 个月（+3.1 个月）。",
        "自首、认罪认罚等不计入以上数值，其从宽从重和宣告刑、缓刑、罚金由法官裁量；仅供参考，不替代法官裁判。",
    ]


def test_the_sentences_where_no_figure_is_given():
    found = abstained(answer__tiers=[tier("数额较大", "可能"), tier("数额巨大", "可能")], rules__missing=["犯罪数额"], offender=[])
    assert reasons(found) == [
        "本案没有责任刑参考值：训练数据中“盗窃罪”只有 11 件（少于 20 件），不给出实证数值；请看法定刑幅度和理论量刑。",
        "法律上可能适用的档次是“数额较大”处三年以下有期徒刑（刑法264）；“数额巨大”处三年以下有期徒刑（刑法264）。",
        "规则轨由法条和指导意见得出 6.0 个月至 18.0 个月，档次取决于没有载明的犯罪数额。",
        "没有发现预防刑情节，是否存在及其影响和宣告刑、缓刑、罚金由法官裁量；仅供参考，不替代法官裁判。",
    ]


SAID = [
    (sheet(case__alleged=True, case__facts_are="起诉指控，未经查明"), "依起诉指控、未经查明的事实中的责任刑情节", "what is alleged is called so"),
    (sheet(case__charge_source="事实推断"), "就盗窃罪（据事实推断，请先核对），", "a charge that no record names"),
    (sheet(walk__steps=[]), "几乎没有差别", "a case like the typical one"),
    (sheet(walk__steps=[step("role", "共同犯罪中的地位", "从犯", -5.0), step("burglary", "入户", "有", 1.0)]), "使参考值较低的主要是共同犯罪中的地位 从犯（刑法61）少 5.0 个月；使参考值较高", "the side that weighs more comes first"),
    (sheet(answer__agreement={"state": "apart", "text": ""}), "两个区间不相交，须先核对事实和档次", "tracks apart"),
    (sheet(answer__agreement={"state": "overlap", "text": ""}), "两个区间相交", "tracks that overlap"),
    (sheet(answer__tier=None, answer__tiers=[tier("数额较大", "可能"), tier("数额巨大", "可能")]), "适用“数额较大”还是“数额巨大”尚未确定", "an open tier"),
    (sheet(answer__tier=None, answer__tiers=[tier("数额较大", "可能"), tier("数额巨大", "可能"), tier("数额特别巨大", "可能")]), "适用“数额较大”还是“数额巨大”等档次中的哪一档尚未确定", "more open tiers than one reads aloud"),
    (sheet(answer__rule_low=180.0, answer__rule_high=180.0), "得出 180.0 个月，", "an interval of one term"),
    (sheet(answer__rule_low=None, answer__rule_high=None, answer__agreement=None), "规则轨没有得出区间", "no rule track"),
    (sheet(what_if__smallest=None), "改变任何单独一项责任刑情节，参考值的变动都不到 20%", "nothing moves it so much"),
    (sheet(offender=[{"zh": "自首"}]), "自首不计入以上数值", "one factor of the offender"),
    (abstained(answer__rule_low=None), "本案没有责任刑参考值", "an abstention without rule track"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "part", "reason"), SAID, ids=[row[2] for row in SAID])
def test_each_state_is_said(content, part, reason):
    assert part in "".join(reasons(content)), reason


def test_a_sheet_whose_figures_are_hidden_gives_no_reasons():
    assert reasons(sheet(blind={"state": "hidden"})) == []
    assert reasons(sheet(blind={"state": "shown", "own_estimate_months": 12.0})) == reasons(sheet())


MONTHS = st.floats(0, 200, allow_nan=False)
CHANGE = st.floats(-120, 120, allow_nan=False)
STEPS = st.lists(
    st.builds(
        step,
        st.sampled_from(["amount_yuan", "burglary", "rules", "role", "bound"]),
        st.sampled_from(["犯罪数额", "入户", "法律规则（幅度与起点）"]),
        st.one_of(st.none(), st.sampled_from(["8,600 元", "有", "3 起"])),
        CHANGE,
        st.one_of(st.none(), st.sampled_from(["刑法61", "刑法263、264"])),
    ),
    max_size=7,
)
SHEETS = st.fixed_dictionaries(
    {
        "answer__liability_months": MONTHS, "answer__interval_low": MONTHS, "answer__interval_high": MONTHS,
        "answer__level": st.sampled_from([0.8, 0.9, 0.95]), "answer__rule_low": MONTHS, "answer__rule_high": MONTHS,
        "answer__tier": st.sampled_from([None, "t1"]),
        "answer__tiers": st.lists(st.builds(tier, st.sampled_from(["数额较大", "三次以上"]), st.sampled_from(["成立", "可能", "排除"])), max_size=3),
        "answer__agreement": st.sampled_from([None, {"state": "within"}, {"state": "overlap"}, {"state": "apart"}]),
        "walk__start": MONTHS, "walk__reference": st.fixed_dictionaries({"charge_group": st.just("盗窃罪"), "size": st.integers(1, 999)}),
        "walk__steps": STEPS,
        "what_if": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {
                    "threshold": st.sampled_from([0.1, 0.2]),
                    "smallest": st.one_of(
                        st.none(),
                        st.fixed_dictionaries(
                            {"label": st.just("犯罪数额 8,600 元 → 30,000 元（达到数额巨大）"), "liability_months": MONTHS, "change_months": CHANGE}
                        ),
                    ),
                }
            ),
        ),
        "offender": st.lists(st.fixed_dictionaries({"zh": st.sampled_from(["自首", "前科次数：2 次", "累犯"])}), max_size=4),
        "rules__missing": st.lists(st.sampled_from(["省份", "犯罪数额"]), max_size=3),
    }
)  # fmt: skip


def figures(part):
    """Every number of a dict as the page may write it, and the numbers in its texts."""
    if isinstance(part, dict):
        return set().union(*map(figures, part.values())) if part else set()
    if isinstance(part, list):
        return set().union(*map(figures, part)) if part else set()
    if isinstance(part, str):
        return set(NUMBER.findall(part))
    if isinstance(part, (int, float)) and not isinstance(part, bool):
        return {f"{abs(part):.1f}", f"{part:.0f}", f"{100 * part:.0f}"}
    return set()


@settings(max_examples=150)
@given(SHEETS, st.booleans())
def test_every_figure_of_the_sentences_is_one_of_the_sheet(changes, advised):
    content = sheet(**changes)
    if not advised:
        content["status"] = {**content["status"], "advised": False, "reason": "只有 11 件（少于 20 件）。"}
    said = reasons(content)
    known = figures(content)
    assert 2 <= len(said) <= 6
    for sentence in said:
        assert set(NUMBER.findall(sentence)) <= known, sentence
        assert sentence.endswith("。")
        for word in ("正确刑期", "公正", "准确", "None", "nan"):
            assert word not in sentence
