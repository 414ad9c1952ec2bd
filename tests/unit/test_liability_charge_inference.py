"""The proposal of a charge from the words of the facts, on invented facts whose charge is known."""

import json
import random

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from sentencing_ml.errors import BundleError
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.document import Document, Section
from sentencing_ml.judgments.table import documents_to_frame
from sentencing_ml.liability.bundle import verify_manifest, write_manifest
from sentencing_ml.liability.charge_inference import (
    FILES,
    LEARNABLE,
    OTHERS,
    ChargeClassifier,
    Example,
    acts,
    assess,
    examples_by_part,
    fit_charges,
    train_charges,
)
from sentencing_ml.storage import write_table

DEEDS = {
    "盗窃罪": ["翻墙潜入院内", "撬开房门", "窃得手机", "窃走现金", "逃离现场", "销赃挥霍"],
    "危险驾驶罪": ["饮酒后驾驶小型轿车", "行驶至路口", "检测血液酒精含量", "呼气测试", "抽取血样", "碰撞护栏"],
    "故意伤害罪": ["发生争吵", "挥拳殴打面部", "持木棍击打", "致人骨折", "鉴定损伤程度", "倒地昏迷"],
    "放火罪": ["点燃窗帘", "引发火势", "烧毁房屋", "扑灭明火", "焚烧柴堆", "泼洒汽油"],
}
RARE = "放火罪"
PEOPLE = ("张伟", "李某某", "欧阳建国", "王小明", "刘X", "赵甲")


def facts(charge, number, *, least=4):
    """Return invented facts under a charge: some of its deeds, with names, a place, a day and a sum around them."""
    draw = random.Random(f"{charge} {number}")
    deeds = draw.sample(DEEDS[charge], draw.randint(least, 6))
    who, whom = draw.sample(PEOPLE, 2)
    day = f"2019年{draw.randint(1, 12)}月{draw.randint(1, 28)}日"
    return f"{day}，被告人{who}在云州市东湖区遇到{whom}，" + "，".join(deeds) + f"，涉及{draw.randint(2, 90)}00元。"


def examples(charge, numbers):
    return [Example(text=facts(charge, n), charges=(charge,), cluster=f"{charge}{n}") for n in numbers]


def corpus(first, count, *, rare=3):
    known = [item for charge in DEEDS if charge != RARE for item in examples(charge, range(first, first + count))]
    return known + examples(RARE, range(first, first + rare))


@pytest.fixture(scope="module")
def fitted():
    return fit_charges(corpus(0, 30), corpus(100, 20), threshold=0.8, seed=1)


def test_the_charge_of_unseen_facts_is_proposed_with_confidence(fitted):
    held = [item for charge in DEEDS if charge != RARE for item in examples(charge, range(200, 240))]
    proposed = fitted.propose([item.text for item in held])
    right = proposed["charge_group"] == [item.charges[0] for item in held]
    assert right.mean() == 1.0
    assert (proposed["probability"] >= fitted.threshold).mean() > 0.95


def test_a_charge_with_too_few_documents_is_never_proposed_and_stays_under_the_threshold(fitted):
    assert fitted.charges == ("危险驾驶罪", "故意伤害罪", "盗窃罪", OTHERS)
    proposed = fitted.propose([item.text for item in examples(RARE, range(200, 230))])
    assert not proposed["charge_group"].isin([RARE, OTHERS]).any()
    assert (proposed["probability"] < fitted.threshold).all()


def test_one_document_more_and_the_charge_is_learned():
    named = {
        rare: fit_charges(corpus(0, 8, rare=rare), corpus(100, 8), threshold=0.8, seed=1).charges
        for rare in (LEARNABLE - 1, LEARNABLE)
    }
    assert [RARE in charges for charges in named.values()] == [False, True]


def test_the_probability_is_the_share_of_proposals_that_are_right():
    # the same deeds under two charges, seven times in ten under the first: no words can tell more than that
    def drawn(start, count):
        return [
            Example(
                text=facts("盗窃罪", n), charges=("盗窃罪" if n % 10 < 7 else "抢夺罪",), cluster=str(n),
            )
            for n in range(start, start + count)
        ]  # fmt: skip

    classifier = fit_charges(drawn(0, 200), drawn(1000, 400), threshold=0.8, seed=1)
    proposed = classifier.propose([item.text for item in drawn(5000, 200)])
    right = (proposed["charge_group"] == [item.charges[0] for item in drawn(5000, 200)]).mean()
    assert proposed["probability"].mean() == pytest.approx(right, abs=0.08)


def test_names_places_and_masks_are_no_vocabulary(fitted):
    told = "".join(fitted.words)
    for name in (*PEOPLE, "云州", "东湖", "某", "X", "元"):
        assert name not in told
    assert {"房门", "窃得", "轿车", "殴打"} <= set(fitted.words)


def test_a_word_of_one_case_alone_is_no_vocabulary():
    texts = [f"{item.text[:-1]}，携带螺丝刀。" for item in examples("盗窃罪", range(300, 300 + LEARNABLE))]
    together = [Example(text=text, charges=("盗窃罪",), cluster="one case") for text in texts]
    apart = [Example(text=text, charges=("盗窃罪",), cluster=text) for text in texts]
    alone = fit_charges([*corpus(0, 8), *together], corpus(100, 8), threshold=0.8, seed=1)
    several = fit_charges([*corpus(0, 8), *apart], corpus(100, 8), threshold=0.8, seed=1)
    assert "螺丝刀" not in alone.words
    assert "螺丝刀" in several.words


@pytest.mark.parametrize(
    ("clause", "why"),
    [
        ("其行为已构成抢夺罪", "a record that needs a proposal names no charge"),
        ("因涉嫌抢夺于次日被查获", "a suspicion is a name of the charge"),
        ("曾因抢夺于2010年被处罚", "an earlier conviction is another offence"),
        ("2011年刑满后回到家中", "an earlier conviction is another offence"),
        ("抢夺后主动投案自首", "conduct after the offence"),
        ("抢夺所得已经退赃并取得谅解", "conduct after the offence"),
        ("检举他人抢夺经查证属实", "conduct after the offence"),
        ("抢夺被判处有期徒刑一年", "what is imposed"),
        ("公诉机关指控其抢夺", "who brings the case"),
        ("女，汉族", "who the offender is"),
    ],
)
def test_a_clause_that_tells_no_act_is_not_read(clause, why):
    assert acts(f"被告人撬开房门，{clause}，窃得手机。") == acts("被告人撬开房门，窃得手机。"), why


@pytest.mark.parametrize(
    ("clause", "word"),
    [
        ("抢夺他人挎包后逃跑", "抢夺"),
        ("实施犯罪后驾驶汽车逃离", "驾驶"),
        ("致其面部构成轻伤二级", "轻伤二级"),
        ("非法拘禁后将其释放", "释放"),
        ("贩卖甲基苯丙胺", "甲基苯丙胺"),
    ],
)
def test_an_act_is_read(clause, word):
    assert word in acts(f"被告人到达现场，{clause}。")


@pytest.mark.parametrize("swap", [("男子", "女子"), ("农民", "教师"), ("张伟", "马合木提"), ("2019年", "2003年"), ("云州市", "海城市")])
def test_who_where_and_when_change_no_word(swap):
    text = "2019年3月，农民张伟在云州市遇到一男子，撬开房门，窃得手机。"
    assert swap[0] in text
    assert acts(text.replace(*swap)) == acts(text)


@pytest.mark.parametrize("text", ["", "李某某。", "2019年3月5日，窃得手机。"])
def test_a_text_that_tells_too_little_has_no_proposal(fitted, text):
    proposed = fitted.propose([text, facts("盗窃罪", 1)])
    assert proposed.isna().all(axis=1).tolist() == [True, False]


def test_order_and_threads_change_nothing(fitted):
    training, calibration = corpus(0, 30), corpus(100, 20)
    random.Random(5).shuffle(training)
    random.Random(6).shuffle(calibration)
    with threadpool_limits(1):
        other = fit_charges(training, calibration, threshold=0.8, seed=1)
    assert other.as_dict() == fitted.as_dict()
    pd.testing.assert_frame_equal(other.table(), fitted.table(), check_exact=True)


def test_two_charges_and_a_calibration_part_are_needed():
    thefts = examples("盗窃罪", range(20))
    assert fit_charges(thefts, thefts, threshold=0.8, seed=1) is None
    assert fit_charges(corpus(0, 8), [], threshold=0.8, seed=1) is None


def test_a_document_of_several_charges_teaches_each():
    both = [
        Example(text=facts("盗窃罪", n) + facts("放火罪", n), charges=("放火罪", "盗窃罪"), cluster=f"b{n}")
        for n in range(10)
    ]
    classifier = fit_charges([*both, *examples("故意伤害罪", range(10))], corpus(100, 8), threshold=0.5, seed=1)
    assert classifier.charges == ("放火罪", "故意伤害罪", "盗窃罪", OTHERS)
    proposed = classifier.propose([item.text for item in both])["charge_group"]
    assert proposed.isin(["放火罪", "盗窃罪"]).all()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model.txt").write_bytes(b"tree")
    write_manifest(tmp_path, ["model.txt"])
    return tmp_path


def test_what_is_saved_is_read_back_and_proposes_the_same(fitted, folder):
    fitted.save(folder)
    fitted.save(folder)
    assert set(verify_manifest(folder)) == {"model.txt", *FILES}
    texts = [item.text for item in corpus(300, 5)]
    pd.testing.assert_frame_equal(
        ChargeClassifier.load(folder).propose(texts), fitted.propose(texts), check_exact=True
    )


def test_a_model_without_a_classifier_has_none(folder):
    assert ChargeClassifier.load(folder) is None


def test_an_altered_classifier_is_refused(fitted, folder):
    fitted.save(folder)
    content = json.loads((folder / "charges.json").read_text())
    (folder / "charges.json").write_text(json.dumps({**content, "threshold": 0.0}))
    with pytest.raises(BundleError, match=r"charges\.json: differs"):
        ChargeClassifier.load(folder)


def test_half_a_classifier_is_refused(fitted, folder):
    fitted.save(folder)
    write_manifest(folder, ["model.txt", "charges.json"])
    with pytest.raises(BundleError, match=r"names charges\.json alone"):
        ChargeClassifier.load(folder)


def test_the_examples_are_the_facts_and_the_known_charges_of_each_document():
    def document(name, text, **given):
        return Document(id=name, source="", kind="fact_record", text=text, **given)

    documents = [
        document("a", "窃得手机。本院认为其有罪。", sections=(Section(name="findings", start=0, end=5),)),
        document("b", "殴打他人。"),
        document("c", "不明行为。"),
    ]
    rows = [
        {"doc_id": "a", "cluster": "1", "charge_group": "盗窃罪", "row_id": "a/0/0"},
        {"doc_id": "a", "cluster": "1", "charge_group": "抢夺罪", "row_id": "a/0/1"},
        {"doc_id": "b", "cluster": "2", "charge_group": "故意伤害罪", "row_id": "b/0/0"},
        {"doc_id": "c", "cluster": "3", "charge_group": None, "row_id": "c/0/0"},
    ]
    frame = factor_frame(rows).assign(part="train", fold=[1, 1, 0, 1])
    assert examples_by_part(frame, documents) == {
        "train": [Example(text="窃得手机。", charges=("抢夺罪", "盗窃罪"), cluster="1")],
        "first fold": [Example(text="殴打他人。", charges=("故意伤害罪",), cluster="2")],
    }


def test_weights_are_stored_in_single_precision(fitted):
    assert fitted.weights.dtype == np.float32
    assert fitted.weights.shape == (len(fitted.words), len(fitted.charges))


def test_an_assessment_counts_what_is_right_and_what_is_acted_upon(fitted):
    unsure = [Example(text="云州市。", charges=("盗窃罪",), cluster="s")] * 2
    wrong = [Example(text=facts("盗窃罪", n), charges=("放火罪",), cluster=f"w{n}") for n in range(2)]
    right = examples("盗窃罪", range(200, 204))
    probability = fitted.propose([item.text for item in (*wrong, *right)])["probability"]
    assert (probability > 0.9).all()
    figures = assess(fitted, [*unsure, *wrong, *right])
    assert (figures["charge_n"], figures["charge_accuracy"]) == (8, 4 / 8)
    assert (figures["charge_coverage"], figures["charge_accuracy_acted_upon"]) == (6 / 8, 4 / 6)
    assert figures["charge_calibration_error"] == pytest.approx((probability.sum() - 4) / 8)


def test_training_adds_the_classifier_to_a_saved_model_and_measures_it_on_the_test_part(folder, tmp_path):
    parts = {"train": range(20), "calibration": range(100, 120), "test": range(200, 210)}
    documents, rows, part_of = [], [], []
    for part, numbers in parts.items():
        for charge in ("盗窃罪", "危险驾驶罪"):
            for n in numbers:
                name = f"{charge}{n}"
                documents.append(Document(id=name, source="", kind="fact_record", text=facts(charge, n)))
                rows.append({"row_id": f"{name}/0/0", "doc_id": name, "cluster": name, "charge_group": charge})
                part_of.append(part)
    write_table(tmp_path / "documents.parquet", documents_to_frame(documents, clusters=[d.id for d in documents]))
    frame = factor_frame(rows).assign(
        part=["test" if part == "test" else "train" for part in part_of], fold=[int(part == "train") for part in part_of]
    )
    given = {"documents": tmp_path / "documents.parquet", "model": folder, "threshold": 0.7, "seed": 1}
    metrics = train_charges(frame, **given)
    assert (metrics["charge_proposals"], metrics["charge_n"], metrics["charge_accuracy"]) == (2, 20, 1.0)
    classifier = ChargeClassifier.load(folder)
    assert (classifier.threshold, metrics["charge_words"]) == (0.7, len(classifier.words))


def test_documents_of_one_charge_carry_no_classifier(folder, tmp_path):
    document = Document(id="a", source="", kind="fact_record", text=facts("盗窃罪", 1))
    write_table(tmp_path / "documents.parquet", documents_to_frame([document], clusters=["a"]))
    frame = factor_frame([{"row_id": "a/0/0", "doc_id": "a", "cluster": "a", "charge_group": "盗窃罪"}]).assign(part="train", fold=1)
    given = {"documents": tmp_path / "documents.parquet", "model": folder, "threshold": 0.7, "seed": 1}
    assert train_charges(frame, **given) == {"charge_proposals": 0.0, "charge_words": 0.0}
    assert ChargeClassifier.load(folder) is None
