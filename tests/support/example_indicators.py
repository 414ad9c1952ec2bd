"""Cases for the indicators, as rows of a factor table, and the content of a report on some of them."""

import datetime

import numpy as np

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.monitor.indicators.indicators import content
from sentencing_ml.monitor.ledger import pseudonym

SINCE_THE_LAW = "2020-03-05"


def case(number, *, defendants=1, **values):
    """Return the rows of a case: one count a defendant, adopted and within its recommendation unless told otherwise."""
    common = {
        "doc_id": f"d{number}", "cluster": f"d{number}", "doc_kind": "judgment", "instance": "一审", "source": "real.jsonl",
        "status": "found", "counts": 1, "count_index": 0, "judgment_date": SINCE_THE_LAW, "court": "青溪县人民法院", "procuratorate": "青溪县人民检察院",
        "judge": "苏明", "prosecutor": "何清、林远", "charge": "盗窃罪", "charge_group": "盗窃罪", "procedure": "速裁", "plea_leniency": True,
        "counsel": "委托", "penalty": "有期徒刑", "term_months": 10.0, "final_term_months": 10.0, "recommendation_present": True,
        "recommendation_kind": "确定刑", "recommendation_min_months": 10.0, "recommendation_max_months": 10.0,
        "recommendation_penalty": "有期徒刑", "recommendation_adopted": True,
    }  # fmt: skip
    return [
        {**common, "row_id": f"d{number}/{place}/0", "defendant_index": place, **values} for place in range(defendants)
    ]


def table(*cases):
    return factor_frame([row for rows in cases for row in rows])


def many(n, start=0, **values):
    return [case(start + place, **values) for place in range(n)]


def example(hostile=""):
    """Return a full report: two units to look at, shares withheld and shown, and ``hostile`` wherever a name stands."""
    rng = np.random.default_rng(4)
    name = hostile.replace("*", "")  # a name with a mask is nobody's
    units = [(f"青溪县人民法院{name}", 1.0), ("白石市人民法院", 0.4), ("高坪县中级人民法院", 0.9)]
    rows = []
    for number in range(420):
        court, adopts = units[number % 3]
        adopted = bool(rng.random() < adopts)
        range_of = {"recommendation_kind": "幅度刑", "recommendation_min_months": 8.0} if rng.random() < 0.4 else {}
        refused = {"recommendation_refusal": str(rng.choice(["偏重", "明显不当", "建议后出现新情节"]))} if rng.random() < 0.8 else {}
        rows.append(case(
            number, defendants=int(rng.choice([1, 1, 2])), court=court, procuratorate=court.replace("法院", "检察院"),
            judge=f"苏明{name}" if number % 2 else "周宁", prosecutor=f"何清{number % 4}", procedure=str(rng.choice(["速裁", "简易", "普通"])),
            charge_group=f"掩饰、隐瞒犯罪所得、犯罪所得收益罪{hostile}" if number % 5 else "盗窃罪", plea_leniency=bool(rng.random() < 0.8),
            judgment_date=f"20{rng.integers(17, 22)}-0{rng.integers(1, 5)}-11", counsel=str(rng.choice(["委托", "法律援助", "无", "值班律师"])),
            recommendation_probation=bool(rng.random() < 0.5), final_probation_months=float(rng.choice([0, 12])),
            term_months=10.0 if adopted else float(rng.choice([6, 8, 14])), recommendation_adopted=adopted, **range_of, **({} if adopted else refused),
        ))  # fmt: skip
    return _content(rows)


def empty():
    """Return the report of a corpus in which nobody pleaded under the law and nothing was recommended."""
    return _content(many(12, judgment_date="2014-05-06", recommendation_present=False, recommendation_adopted=None))


def _content(rows):
    return content(
        table(*rows), pseudonym=lambda name: pseudonym(name, key=b"0" * 16), today=datetime.date(2024, 6, 30), below=10, level=0.95, simulated=True
    )
