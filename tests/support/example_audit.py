"""Contents of an audit, made by hand: whole, silent in every section, and bare. No figure is of any data.

``example(mark)`` fills every string that comes from data (names of groups, charges, reasons) with ``mark`` behind it.
"""

import copy

MEASURES = {
    "labels": "O1 判决", "advice": "O2 建议", "amplification": "放大", "error": "O3 误差", "asymmetry": "偏重率 − 偏轻率",
    "error_ratio": "误差之比", "calibration": "校准斜率之差", "coverage": "区间覆盖率之差",
}  # fmt: skip
SETTINGS = {
    "attributes": ["gender", "education", "province"], "level": 0.95, "bootstrap": 2000, "tolerance": 0.2, "suppress_below": 10,
    "verdict_from": 100, "equivalence": 0.05, "permutations": 199, "swaps": 60, "annotations": None, "seed": 19,
    "families": {
        "primary": {"measures": ["labels", "amplification", "error"], "rate": 0.035},
        "model": {"measures": ["advice"], "rate": 0.003},
        "tails": {"measures": ["asymmetry", "error_ratio", "calibration", "coverage"], "rate": 0.005},
        "overrides": {"measures": ["override"], "rate": 0.005},
        "extraction": {"measures": ["recall"], "rate": 0.005},
    },
    "margins": {"asymmetry": 0.03, "error_ratio": 0.1, "calibration": 0.05, "coverage": 0.02, "recall": 0.02},
    "certificate": {"sizes": [5000], "repeats": 20, "effect": 0.1},
}  # fmt: skip
PROVINCES = ("河南省", "河北省", "山东省", "江苏省", "浙江省", "四川省", "湖南省", "黑龙江省")
OPTIONAL = (
    "drift", "extraction", "intersections", "swap", "proxies", "virtual_judges", "mitigation", "overrides", "missing", "certificate",
)  # fmt: skip


def figure(estimate, *, half=0.03, verdict="不能判断", mde=0.05):
    """Return a test with its interval; half None gives one without interval and verdict."""
    ends = {"low": None, "high": None} if half is None else {"low": estimate - half, "high": estimate + half}
    return {
        "estimate": estimate, **ends, "detectable": None if half is None else mde, "df": 21.5,
        "p": None if half is None else 0.2, "q": None if half is None or verdict is None else 0.31,
        "q_equivalence": None if half is None or verdict is None else 0.04, "verdict": verdict if half is not None else None,
    }  # fmt: skip


def group(name, n, tests=None, *, status="shown", reference=False):
    """Return a row of an attribute; a suppressed one has neither n nor figures."""
    if status in ("suppressed", "count_only"):
        return {"group": name, "n": None if status == "suppressed" else n, "status": status, "reference": False, "points": None,
                "tests": {}, "figures": {}, "split": {}, "calibration": None}  # fmt: skip
    points = {"bias": 0.012, "bias_months": -0.04, "mae": 3.2, "heavy": 0.19, "light": 0.1, "asymmetry": 0.09, "covered": 0.91}
    plain = {"estimate": 0.01, "low": -0.02, "high": 0.04}
    figures = {} if reference else {name: plain | {"detectable": 0.03} for name in ("bias_months", "error", "heavy", "light", "width", "learned")}
    split = {} if reference else {measure: {part: dict(plain) for part in ("raw", "explained", "unexplained")} for measure in ("labels", "advice")}
    lines = None if reference else {part: plain | {"estimate": 0.97} for part in ("slope", "intercept")}
    return {"group": name, "n": n, "status": status, "reference": reference, "points": points, "tests": tests or {}, "figures": figures,
            "split": split, "calibration": lines}  # fmt: skip


def each_measure(*verdicts, low=False):
    """Return a test a measure; with ``low`` none of them has a verdict."""
    given = (*verdicts, *["等效"] * len(MEASURES))
    return {
        measure: figure(0.08 if verdict == "有差异" else -0.011, verdict=None if low else verdict)
        for measure, verdict in zip(MEASURES, given, strict=False)
    }


def verdicts_of(first="不能判断", reason="现有样本能可靠发现的最小差异约 4.9%"):
    """Return what is said of an attribute by measure."""
    plain = {"verdict": "等效", "reason": "差异确定在 ±5% 以内", "detectable": 0.031}
    return {measure: dict(plain) for measure in MEASURES} | {"labels": {"verdict": first, "reason": reason, "detectable": 0.049}}


def example(mark=""):
    """Return a whole content, every section measured."""
    return {
        "version": 2,
        "model": "0123456789ab",
        "settings": copy.deepcopy(SETTINGS),
        "rows": {"test": 812, "with_term": 801, "compared": 781, "left_out": {f"没有刑期的刑种{mark}": 5, "无法读取（unreadable）": 0}},
        "overall": {"n": 781, "clusters": 67, "courts": 66, "court_unknown": 3, "bias": 0.021, "bias_months": 0.4, "mae": 3.2,
                    "heavy": 0.19, "light": 0.1, "asymmetry": 0.09, "covered": 0.91},
        "measures": dict(MEASURES),
        "nominal_coverage": 0.9,
        "attributes": _attributes(mark),
        "summary": {"tests": 84, "different": 2, "equivalent": 53, "undecided": 29, "suppressed_groups": 2},
        "families": {
            name: {"measures": family["measures"], "rate": family["rate"], "tests": 40, "different": 1, "equivalent": 25, "undecided": 14}
            for name, family in SETTINGS["families"].items()
        },
        "proxies": _proxies(mark),
        "virtual_judges": _virtual_judges(mark),
        "swap": _swap(mark),
        "certificate": _certificate(),
        "intersections": _intersections(mark),
        "missing": _missing(mark),
        "mitigation": _mitigation(mark),
        "overrides": _overrides(mark),
        "extraction": _extraction(mark),
        "drift": _drift(mark),
        "system": {"model": "0123456789ab", "law": "2026-11-21", "package": "0.1.0", "registry": 4, "release": None},
        "data": {"years": 3, "first": 2022, "last": 2024, "undated": 4, "courts": 66, "provinces": 31, "documents": 700,
                 "unknown": {"gender": 0, "education": 53, "province": None}, "hashes": {"factors": "1" * 16, "split": "2" * 16},
                 "overlap": {"known": "no", "zh": f"只用划分中的测试部分。{mark}"}},
        "suppression": [{"table": "gender", "cells": 3, "primary": 1, "complementary": 1, "margins_hidden": 0, "recoverable": 0, "checked_by_lp": True},
                        {"table": f"{mark}x × charge", "cells": 30, "primary": 4, "complementary": 2, "margins_hidden": 1, "recoverable": 0, "checked_by_lp": True},
                        {"table": "province", "cells": 3, "primary": 0, "complementary": 0, "margins_hidden": 0, "recoverable": 0, "checked_by_lp": True}],
        "year": None,
        "power": 0.8,
        "limits": [f"未上网的文书不在数据中。{mark}", "“不能判断”不是“没有差异”。"],
    }  # fmt: skip


def silent():
    """Return a content in which no section can say anything."""
    content = bare()
    for name in OPTIONAL:
        content[name] = {"status": "cannot_say", "why": "进入比较的案件少于可以给出区间的件数。"}
    return content


def bare():
    """Return a content with the required keys alone: nothing is compared and no other section was run."""
    content = example()
    for name in (*OPTIONAL, "families", "suppression", "system", "data", "year", "power"):
        content.pop(name, None)
    nothing = {"verdict": "不能判断", "reason": "全部未知", "detectable": None}
    for found in content["attributes"].values():
        found |= {"groups": [group("未知", 40, status="no_verdict", reference=True)], "n": 40, "charges": [], "set_aside": {}, "excluded": 0}
        found["verdicts"] = {measure: dict(nothing) for measure in MEASURES}
    content["summary"] = {"tests": 0, "different": 0, "equivalent": 0, "undecided": 0, "suppressed_groups": 0}
    content["overall"] |= {"n": 40, "bias": None, "bias_months": None, "mae": None, "heavy": None, "light": None, "covered": None}
    return content


def _attributes(mark):
    relevant = [
        {"charge": "*", "group": None, "article": "刑法17", "effect": "noted", "zh": "应当从轻或者减轻处罚"},
        {"charge": f"盗窃罪{mark}", "group": f"女{mark}", "article": f"法释〔2013〕8号{mark}", "effect": "excluded", "zh": "不可分"},
    ]
    cell = {"group": f"女{mark}", "n": 116, "suppressed": False, "bias": 0.01, "mae": 2.1, "heavy": 0.2, "light": 0.1}
    none = {"bias": None, "mae": None, "heavy": None, "light": None}
    charges = [{"charge": f"盗窃罪{mark}", "cells": [cell, {"group": "男", "n": None, "suppressed": True, **none}]},
               {"charge": "其他罪名", "cells": [cell | none | {"n": 12}, {"group": "男", "n": 0, "suppressed": False, **none}]}]  # fmt: skip
    common = {"status": "measured", "why": None, "bands": [], "tenths": [], "reading": f"被告人性别不是责任刑情节。{mark}", "n": 781, "excluded": 12, "set_aside": {f"未满18岁{mark}": None, "75岁以上": 31},
              "relevant": relevant, "charges": charges}  # fmt: skip
    provinces = [group(name, 120 + place, each_measure(*["有差异"] * (place == 0))) for place, name in enumerate(PROVINCES[:6])]
    provinces += [group(PROVINCES[6], 24, status="count_only"), group(PROVINCES[7], None, status="suppressed"),
                  group("未知", 61, each_measure(low=True), status="no_verdict")]  # fmt: skip
    return {
        "gender": {"zh": f"性别{mark}", **common, "verdicts": verdicts_of(),
                   "groups": [group("男", 665, reference=True), group(f"女{mark}", 116, each_measure("不能判断"))]},
        "education": {"zh": "文化程度", **common, "verdicts": verdicts_of("有差异", f"高中、中专{mark} +8.0%"),
                      "groups": [group(f"高中、中专{mark}", 305, each_measure("有差异", "不能判断")), group("初中", 207, each_measure()),
                                 group("大专及以上", 44, {name: figure(0.02, half=None) for name in MEASURES}, status="no_verdict"),
                                 group("其他", 12, status="count_only"), group("未知", 53, each_measure(low=True), status="no_verdict")]},
        "province": {"zh": "省份", **common, "charges": [], "verdicts": verdicts_of("有差异", "河南省 +8.0%"), "groups": provinces},
    }  # fmt: skip


def _proxies(mark):
    area = {"estimate": 0.53, "low": 0.49, "high": 0.57, "detectable": 0.04, "null_low": 0.46, "null_high": 0.54, "null": "clusters",
            "p": 0.02, "q": 0.2, "worth_looking": True}  # fmt: skip
    feature = {"factor": "amount", "zh": f"犯罪数额{mark}", "article": "刑法264", "ground": f"刑法264{mark}", "shown_as": "责任刑",
               "decisive": True, "gain": 0.31, "group": f"女{mark}", "without": 0.52, "drop": 0.04}  # fmt: skip
    groups = [{"group": f"女{mark}", "n": 116, "status": "shown", "inputs": area, "score": area | {"within_target": True}},
              {"group": "未知", "n": 12, "status": "count_only", "inputs": None, "score": None}]  # fmt: skip
    silent = {"zh": "民族", "status": "cannot_say", "why": f"只有一个已知的组{mark}。", "unknown": 0, "groups": [], "features": []}
    return {"status": "measured", "why": None, "note": "能看出组别，不等于不当。", "rows": {"used": 781, "of": 781}, "target": 0.03,
            "attributes": {"gender": {"zh": "性别", "status": "measured", "why": None, "unknown": 0, "groups": groups,
                                      "features": [feature, feature | {"without": None, "drop": None, "group": None, "ground": None}]},
                           "ethnicity": silent},
            "summary": {"tests": 1, "worth_looking": 1, "within_target": 1, "beyond_target": 0, "largest_score": 0.03}}  # fmt: skip


def _virtual_judges(mark):
    size = {"estimate": 0.06, "null_low": 0.03, "null_high": 0.08, "p": 0.4, "q": 0.6, "worth_looking": False}
    direction = size | {"estimate": -0.02, "null_low": -0.03, "worth_looking": True}
    groups = [{"group": f"女{mark}", "n": 116, "status": "shown", "inconsistency": size, "direction": direction},
              {"group": "未知", "n": None, "status": "suppressed", "inconsistency": None, "direction": None}]  # fmt: skip
    return {"status": "measured", "why": None, "note": "件数少的组，不一致本来就大。", "rows": {"used": 781, "of": 781},
            "attributes": {"gender": {"zh": "性别", "status": "measured", "why": None, "unknown": 0, "null": "within_court", "asked": 400,
                                      "groups": groups},
                           "region": {"zh": "地区", "status": "cannot_say", "why": "法院太少。", "unknown": 0, "null": None, "asked": 0,
                                      "groups": []}},
            "summary": {"tests": 1, "worth_looking": 1, "largest": -0.02}}  # fmt: skip


def _swap(mark):
    still = {"estimate": 0.0, "low": None, "high": None}
    model = {"swaps": 58, "moved": 40, "share": 0.69, "whole_months": 31, "change": {"estimate": -0.04, "low": -0.05, "high": -0.03}}
    edit = {"name": "surname", "zh": "姓氏", "en": "surname", "kind": "group", "attribute": "ethnicity", "reason": "姓氏不是犯罪事实", "values": 2,
            "texts": 60, "swaps": 58, "moved": 0, "share": 0.0, "upper": 0.0503, "norm": 0, "relevant": [], "whole_months": 0,
            "change": still, "read_otherwise": 0, "text_model": model}  # fmt: skip
    moved = {"moved": 2, "share": 0.034, "norm": 4, "relevant": [{"article": "刑法17", "zh": "从轻", "n": 3}], "read_otherwise": 2}
    edits = [edit, edit | {"name": "province", "zh": f"省份{mark}", "attribute": "province", **moved, "change": {"estimate": 0.002, "low": -0.01, "high": 0.02}},
             edit | {"name": "boilerplate", "zh": "套话", "kind": "placebo", "attribute": None, "text_model": None}]  # fmt: skip
    return {"status": "measured", "why": None, "reading": f"174 次改写中 2 次使建议变动{mark}。", "text_why": None, "texts": 60, "swaps": 174, "moved": 2,
            "norm": 4, "relevant": 3, "share": 0.011, "upper": 0.036, "placebo_share": 0.0, "every_value": False, "edits": edits,
            "by_rule": [{"edit": "province", "factor": "amount", "before": ["amount.a"], "after": [], "moved": 2, "unmoved": 1},
                        {"edit": "surname", "factor": None, "before": [], "after": [f"x{mark}"], "moved": 0, "unmoved": 1}],
            "norm_moves": [{"edit": "province", "factor": "province", "counts": 4}]}  # fmt: skip


def _intersections(mark):
    fields = ["groups", "n", "status", "unknown", "scoring_rate", "impact_ratio", "estimate", "low", "high", "detectable", "p", "q",
              "p_scan", "shrunken", "credible_low", "credible_high", "look"]  # fmt: skip
    shown = [[f"女{mark}", "汉族"], 106, "shown", False, 0.61, 1.0, 0.035, -0.01, 0.08, 0.07, 0.2, 0.5, 0.9, 0.02, -0.01, 0.05, True]
    small = [[f"女{mark}", "其他民族"], 12, "count_only", False, *[None] * 12, False]
    pairs = [{"attributes": ["gender", second], "zh": ["性别", f"{zh}{mark}"], "n": 781, "suppressed": 1,
              "highest": {"groups": shown[0], "scoring_rate": 0.61}, "spread": 0.02, "cells": [shown, small] * count}
             for second, zh, count in (("ethnicity", "民族", 1), ("age", "年龄", 3), ("province", "省份", 20))]  # fmt: skip
    worst = [{"attributes": ["gender", "ethnicity"], "zh": ["性别", "民族"], **dict(zip(fields, shown, strict=True))} | {"look": look}
             for look in (True, False)]  # fmt: skip
    return {"status": "measured", "why": None, "n": 781, "clusters": 67, "median_advice": 14.7, "least_share": 0.02, "fields": fields,
            "pairs": pairs, "worst": worst, "skipped": [{"attributes": ["court_level"], "why": f"已知的组不足两个{mark}"}],
            "scan": {"cells": 250, "statistic": 3.4, "p": 0.035, "permutations": 199, "null_95": 3.2,
                     "cell": {"attributes": ["gender", "ethnicity"], "zh": ["性别", "民族"], "groups": [f"女{mark}", "汉族"]}},
            "summary": {"pairs": 3, "skipped": 1, "cells": 250, "shown": 90, "no_verdict": 160, "count_only": 40, "suppressed": 3, "look": 1,
                        "worst_shrunken": 0.067, "worst_credible": 0.17}}  # fmt: skip


def _missing(mark):
    groups = [{"group": f"女{mark}", "n": None, "share": None, "low": None, "high": None, "reference": 0.49, "difference": None, "status": "suppressed"},
              {"group": "男", "n": 3276, "share": 0.87, "low": 0.85, "high": 0.89, "reference": 0.51, "difference": 0.36, "status": "shown"}]  # fmt: skip
    reference = {"attribute": "gender", "zh": "性别", "of": "全国常住人口", "source": "国家统计局《公报》", "date": "2021-05-11",
                 "reference_date": "2020-11-01", "verified": False, "note": "人口中的比例，不是被告人中的比例。", "n": 3766, "groups": groups}  # fmt: skip
    attribute = {"zh": "性别", "n": 3766, "unknown": None, "unknown_share": None, "by": {}, "selection": []}
    return {"status": "measured", "why": None, "persons": 3766, "documents": 3000, "attributes": {"gender": attribute},
            "rows": {"test": 812, "with_term": 801, "compared": 781, "left_out": [{"why": "没有可用的刑期", "n": 11}]},
            "references": [reference, reference | {"zh": f"省份{mark}", "groups": groups * 6}],
            "gaps": [{"zh": f"未成年人犯罪的裁判文书{mark}", "rule": "法释〔2016〕19号第四条", "effect": "几乎全部缺失。", "attributes": ["age"], "verified": True}],
            "studies": [{"zh": "约60%在网上公开", "source": "《中国法律评论》2019年第6期", "verified": True}], "limits": ["本节不作判断。"], "skipped": []}  # fmt: skip


def _mitigation(mark):
    gap = {"group": f"女{mark}", "estimate": 0.03, "low": -0.01, "high": 0.07}
    value = {"value": 3.2, "low": 2.9, "high": 3.5}
    none = {"value": None, "low": None, "high": None}
    as_is = {"name": "as_is", "zh": "现行做法", "what": "不改", "law": None, "status": "measured", "why": None, "removed": None, "passed_over": [],
             "disparity": {"error": gap, "amplification": None}, "accuracy": {"n": 781, "mae_months": value, "typical_ratio": none}, "change": None,
             "groups": [], "helped": None, "reading": f"作为比照。{mark}"}  # fmt: skip
    tried = as_is | {"name": "reweighted", "zh": "重新加权", "what": "各组等权", "law": "权重是否有法律依据",
                     "change": {"mae_months": value | {"value": 0.02, "low": -0.01, "high": 0.05}, "typical_ratio": none}, "helped": True}  # fmt: skip
    refused = as_is | {"name": "without_proxy", "zh": f"去掉代理{mark}", "status": "not_possible", "why": "没有可以去掉的因素。", "reading": None}
    return {"status": "measured", "why": None, "note": "各做法都重新训练，用后即弃。", "same_as_shipped": True, "rows": {"train": 2300, "test": 781},
            "attribute": {"name": "gender", "zh": "性别", "rule": "训练部分中离得最远的属性", "group": f"女{mark}", "n": 116, "estimate": 0.03, "low": -0.01,
                          "high": 0.07, "p": 0.1},
            "candidates": [as_is, tried, tried | {"name": "bounded_group_loss", "zh": "限制组损失", "helped": False}, refused],
            "refused": [{"name": f"随机化预测{mark}", "why": "相同的案件会得到不同的建议。"}],
            "summary": {"measured": 3, "helped": 1, "worse": 1}}  # fmt: skip


def _overrides(mark):
    groups = [{"group": "男", "n": 900, "status": "shown", "reference": True, "correction": -0.01, "tests": {}},
              {"group": f"女{mark}", "n": 140, "status": "shown", "reference": False, "correction": 0.02, "tests": {"override": figure(0.08, verdict="有差异")}},
              {"group": "未知", "n": 12, "status": "count_only", "reference": False, "correction": None, "tests": {}}]  # fmt: skip
    verdict = {"verdict": "有差异", "reason": f"女{mark} +8.0%", "detectable": 0.04}
    nothing = {"verdict": "不能判断", "reason": "全部未知", "detectable": None}
    gender = {"zh": f"性别{mark}", "reading": "", "n": 1052, "why": None, "groups": groups, "verdicts": {"override": verdict}}
    return {"status": "measured", "why": None, "simulated": True, "judges": 24, "unnamed": 3, "correction": -0.011, "given": ["法官", f"罪名{mark}"],
            "rows": {"entries": 1440, "used": 1052, "left_out": {f"没有比值{mark}": 388}}, "note": "差异不是对法官的评价。",
            "attributes": {"gender": gender, "education": gender | {"zh": "文化程度", "why": f"只有一个已知的组{mark}", "groups": [], "verdicts": {"override": nothing}}},
            "summary": {"tests": 1, "different": 1, "equivalent": 0, "undecided": 0, "suppressed_groups": 0, "largest": 0.08}}  # fmt: skip


def _extraction(mark):
    test = figure(-0.04, half=0.02, verdict="有差异")
    groups = [{"group": "男", "n": 400, "status": "shown", "reference": True, "facts": 2100, "recall": 0.95, "precision": 0.97, "tests": {}},
              {"group": f"女{mark}", "n": 110, "status": "shown", "reference": False, "facts": 500, "recall": 0.91, "precision": 0.97, "tests": {"recall": test}},
              {"group": "未知", "n": None, "status": "suppressed", "reference": False, "facts": None, "recall": None, "precision": None, "tests": {}}]  # fmt: skip
    verdict = {"verdict": "有差异", "reason": f"女{mark} -4.0 个百分点", "detectable": 0.03}
    gender = {"zh": f"性别{mark}", "reading": "", "n": 510, "why": None, "groups": groups, "verdicts": {"recall": verdict}}
    factors = [{"factor": "surrender", "zh": f"自首{mark}", "n": 80, "status": "shown", "recall": 0.9, "precision": None},
               {"factor": "plea", "zh": "认罪认罚", "n": 12, "status": "count_only", "recall": None, "precision": None}]  # fmt: skip
    return {"status": "measured", "why": None, "source": "simulated", "documents": 300, "persons": 510, "facts": 2600, "recall": 0.94, "precision": 0.97,
            "factors": factors, "attributes": {"gender": gender}, "note": f"漏提与误提分开看。{mark}",
            "summary": {"tests": 1, "different": 1, "equivalent": 0, "undecided": 0, "suppressed_groups": 1, "recall": 0.94, "largest": 0.04}}  # fmt: skip


def _drift(mark):
    year = {"period": "2023", "later": False, "n": 322, "status": "shown", "estimate": 0.01, "low": -0.01, "high": 0.03}
    none = year | {"period": "2021", "n": None, "status": "suppressed", "estimate": None, "low": None, "high": None}
    group = {"attribute": "gender", "zh": f"性别{mark}", "group": f"女{mark}", "early": 60, "late": 56, "estimate": 0.02, "low": -0.02, "high": 0.06,
             "detectable": 0.05}  # fmt: skip
    return {"status": "measured", "why": None, "n": 777, "undated": 4, "trained": {"first": 2019, "last": 2023}, "cut": "2023-07",
            "periods": {"year": [none, year, year | {"period": "2024", "later": True}], "quarter": [year | {"period": "2023Q1", "later": None}]},
            "groups": [group, group | {"estimate": None, "low": None, "high": None, "detectable": None}]}  # fmt: skip


def _certificate():
    rate = {"share": 0.05, "low": 0.0, "high": 0.25, "k": 1, "n": 20}
    empty = {"share": None, "low": None, "high": None, "k": None, "n": None}
    discovery = {"share": 0.05, "low": 0.0, "high": 0.2, "n": 20}
    rule = {"rule": "range", "zh": "组间最大差 > 5 %", "flagged": rate, "flagged_false": rate, "false_discovery": discovery, "power": rate}
    run = {"kind": "null", "zh": "没有任何差异", "source": "simulated", "planting": None, "size": 5000, "audits": 20, "tests": 160,
           "flagged": rate, "flagged_false": rate, "false_discovery": discovery, "power": empty, "power_within": empty,
           "power_court": empty, "power_by_share": [{"from": 0.1, "to": 0.15, **empty}], "equivalence_right": rate,
           "equivalence_wrong": rate, "coverage": rate, "rules": [rule],
           "by_measure": [{"measure": "labels", "tests": 900, "different": 1, "false": 1, "equivalent": 700, "coverage": rate}]}  # fmt: skip
    planted = run | {"kind": "labels", "zh": "差异植入判决（O1）", "planting": "labels", "power": rate}
    return {"version": 1, "status": "measured", "why": None, "configuration": "f" * 64,
            "conditions": {"courts": 60, "court_sd": 0.06, "residual_sd": 0.45, "effect": 0.1, "planted_groups": 3, "planted_share": 0.1,
                           "small": 0.01, "margin": 0.05, "sizes": [5000], "repeats": 20, "groups": 45, "attributes": ["gender"],
                           "level": 0.95, "seed": 19, "resampled": {"rows": 781, "courts": 66}},
            "runs": [run, planted], "state": "current",
            "swap": {"planted": 20, "found": 19, "share": 0.95, "missed": [["surname", "马"]], "noise_in_placebo": 0.4}, "figures": {"certificate_false_alarms": 0.05}}  # fmt: skip
