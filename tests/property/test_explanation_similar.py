"""The search in arrays against a plain search over rows, on drawn archives."""

import math
import random
from collections import Counter

import pytest
from past_cases import write_archive

from sentencing_ml.explanation import similar
from sentencing_ml.factors.registry import registry

CHARGES = ("盗窃罪", "盗窃罪", "盗窃罪", "诈骗罪")
COURTS = (None, "甲县人民法院", "乙县人民法院", "丙县人民法院")
VOCABULARY = [a + b for a in "天地玄黄宇宙洪荒" for b in "日月盈昃辰宿列张"] + ["，", "某", "5000"]
FACTORS = ("amount_yuan", "deaths", "minor_injuries", "injury_grade", "role", "stage", "vehicle", "weapon", "repeated", "burglary", "minor_defendant")
SCORED = 16  # so that steps are cut in archives as small as these


def draw_case(dice, name):
    """Return a row of which much is unknown, and its words; some share a document, and more a cluster."""
    row = {"charge_group": dice.choice(CHARGES), "legal_entity": dice.choice([None, False, False, True]),
           "tier": dice.choice([None, "t1", "t1", "t2"]), "court": dice.choice(COURTS), "case_number": dice.choice([None, "1号", "2号"]),
           "judgment_date": dice.choice([None, f"20{dice.randrange(10, 24)}-0{dice.randrange(1, 10)}-01"]),
           "doc_id": f"d{dice.randrange(200)}", "cluster": f"c{dice.randrange(120)}", "row_id": name}  # fmt: skip
    for factor in map(registry().factors.get, dice.sample(FACTORS, dice.choice([0, 0, 0, 1, 2, 3]))):
        values = {
            "boolean": [False, True, True], "count": [0, 1, 2, 3, 4], "number": [0.0, 100.0, 199.5, 200.0, 5000.0, 10000.0],
            "category": [level.name for level in factor.levels][:3],
        }  # fmt: skip
        row[factor.name] = dice.choice(values[factor.type])
    return row, dice.choices(VOCABULARY, k=dice.choice([0, 3, 8, 20]))


def slow(cases, wording, row, tier, words, k):
    """Answer as the archive should, by going over the rows one by one."""
    vector_of, idf = wording
    query = weighed(Counter(filter(counted, words)), idf)
    held = [case for case, _ in cases if comparable(case, row) and not itself(case, row)]
    grouped = {}
    for case in held:
        grouped.setdefault(rank(case, row, tier), []).append(case)
    answer, taken = [], set()
    for step, differing in sorted(grouped):
        group = sorted(grouped[step, differing], key=newest_first)
        for start in range(0, len(group), SCORED):
            scored = [(sum(query.get(word, 0) * weight for word, weight in vector_of[case["doc_id"]].items()), case) for case in group[start : start + SCORED]]
            best = {}
            for nearness, case in sorted(scored, key=lambda item: -round(item[0], 5)):
                if case["cluster"] not in taken:
                    best.setdefault(case["cluster"], (nearness, case))
            shortlist = list(best.values())[: 3 * (k - len(answer))]
            for nearness, case in sorted(shortlist, key=lambda item: -precedence(item[1], row))[: k - len(answer)]:
                answer.append((case["row_id"], step, nearness))
                taken.add(case["cluster"])
            if len(answer) == k:
                return answer
    return answer


def counted(word):
    return len(word) > 1 and not word.isdecimal()


def wording_of(cases):
    """Return the vector of every document, and the weight of every word."""
    counts = {}
    for case, words in cases:
        counts.setdefault(case["doc_id"], Counter(filter(counted, words)))
    idf = {word: math.log((1 + len(counts)) / (1 + sum(word in count for count in counts.values()))) + 1 for word in VOCABULARY}
    return {name: weighed(count, idf) for name, count in counts.items()}, idf


def weighed(count, idf):
    weights = {word: (1 + math.log(n)) * idf[word] for word, n in count.items()}
    length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1
    return {word: weight / length for word, weight in weights.items()}


def comparable(case, row):
    return case["charge_group"] == row["charge_group"] and bool(case["legal_entity"]) == bool(row["legal_entity"])


def itself(case, row):
    number = row["court"] and row["case_number"] and (case["court"], case["case_number"]) == (row["court"], row["case_number"])
    return case["doc_id"] == row["doc_id"] or case["cluster"] == row["cluster"] or bool(number)


def rank(case, row, tier):
    differences = 0
    for factor in map(registry().factors.get, FACTORS):
        here, there = row.get(factor.name), case.get(factor.name)
        if factor.type not in ("number", "count"):
            differences += (here or None) != (there or None)
            if here and there and factor.type == "category" and factor.monotone:
                places = [level.name for level in factor.levels]
                differences += abs(places.index(here) - places.index(there)) > 1
        elif here and there:
            times = max(here, there) / min(here, there)
            differences += (times >= 2) + (times >= 4)
        elif here or there:
            differences += 1 if None in (here, there) else 2
    return (min(differences, 3) if case["tier"] == tier else 4), differences


def newest_first(case):
    date = case["judgment_date"]
    return (0, -int(date.replace("-", "")), case["row_id"]) if date else (1, 0, case["row_id"])


def precedence(case, row):
    recent = bool(case["judgment_date"] and row["judgment_date"]) and abs(int(case["judgment_date"][:4]) - int(row["judgment_date"][:4])) <= 3
    return 2 * (row["court"] is not None and case["court"] == row["court"]) + recent


@pytest.fixture(scope="module", params=[1, 7, 60, 300])
def drawn(request, tmp_path_factory):
    dice = random.Random(request.param)
    cases = [draw_case(dice, f"r{number:03}") for number in range(request.param)]
    return write_archive(tmp_path_factory.mktemp("drawn") / "archive", cases), cases, [draw_case(dice, "q") for _ in range(25)]


@pytest.mark.parametrize("k", [1, 5])
def test_the_archive_answers_as_a_plain_search(drawn, monkeypatch, k):
    monkeypatch.setattr(similar, "_SCORED", SCORED)
    opened, cases, queries = drawn
    wording = wording_of(cases)
    for row, words in queries:
        found = opened.similar(row=row, tier=row["tier"], tokens=words, k=k)
        expected = slow(cases, wording, row, row["tier"], words, k)
        assert [(match["row_id"], match["step"]) for match in found] == [(name, step) for name, step, _ in expected]
        assert [match["similarity"] for match in found] == pytest.approx([nearness for *_, nearness in expected], abs=1e-4)


def test_as_many_as_asked_for_where_the_charge_has_as_many_clusters_and_each_once(drawn):
    opened, cases, queries = drawn
    cluster_of = {case["row_id"]: case["cluster"] for case, _ in cases}
    for row, words in queries:
        found = [cluster_of[match["row_id"]] for match in opened.similar(row=row, tier=row["tier"], tokens=words, k=5)]
        others = {case["cluster"] for case, _ in cases if comparable(case, row) and not itself(case, row)}
        assert len(found) == len(set(found)) == min(5, len(others))
        assert set(found) <= others


def test_the_answer_goes_step_by_step_and_is_the_same_again(drawn):
    opened, _, queries = drawn
    for row, words in queries:
        many, again = (opened.similar(row=row, tier=row["tier"], tokens=words, k=5) for _ in range(2))
        assert many == again
        assert [match["step"] for match in many] == sorted(match["step"] for match in many)
