"""Sheets of whatever stands in files: nothing stops the others, and a killed run goes on."""

import json
from functools import partial
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pytest

from sentencing_ml.cli import main
from sentencing_ml.errors import InputError
from sentencing_ml.explanation import files as module
from sentencing_ml.explanation.files import explain_files
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.liability.split import assign
from sentencing_ml.liability.train import fit, has_term, with_parts
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.simulate import simulate_table
from sentencing_ml.storage import read_json, read_jsonl

PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"
SETTINGS = load_settings(PARAMS)
OPTIONS = SETTINGS.model_copy(
    update={
        "train": SETTINGS.train.model_copy(update={"n_estimators": 20, "similar_min": 10}),
        "explain": SETTINGS.explain.model_copy(update={"background": 10}),
        "runtime": SETTINGS.runtime.model_copy(update={"threads": 1}),
    }
)
FACT = {"fact": "2019年3月5日，被告人甲某撬开房门，窃得现金8600元。", "charges": ["盗窃"]}


def judgment(names, filler=""):
    people = "".join(f"被告人{name}，男，1990年1月2日出生，汉族，农民。" for name in names)
    imposed = "".join(f"被告人{name}犯盗窃罪，判处有期徒刑一年，并处罚金二千元。" for name in names)
    return (
        f"甲县人民法院 刑事判决书 （2020）某刑初1号 公诉机关甲县人民检察院。{people}甲县人民检察院指控被告人{names[0]}犯盗窃罪，提起公诉。现已审理终结。"
        f" 经审理查明，2019年3月5日，被告人{'、'.join(names)}窃得现金8600元。{filler} 本院认为，被告人{'、'.join(names)}的行为均已构成盗窃罪。"
        f" 判决如下： {imposed} 审判员乙 二〇二〇年五月六日"
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    table, _ = simulate_table(n=600, seed=1, confounding=1.0, missed=0.0)
    parts = with_parts(table, assign(table, settings=OPTIONS.split))
    fit(parts[(parts["part"] == "train") & has_term(parts)], settings=OPTIONS)[0].save(folder)
    return folder


@pytest.fixture
def run(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # without an archive

    def explained(*patterns, folder="sheets", jobs=1):
        return explain_files(patterns=patterns, folder=Path(folder), model=model, settings=OPTIONS, jobs=jobs)

    return explained


def lines(path, *values):
    Path(path).write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")


def contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_a_bad_record_stands_in_the_list_and_a_large_one_passes(run):
    crowd = [f"赵{chr(0x4E00 + 97 * number)}" for number in range(40)]
    lines(
        "given.jsonl", {"id": "first", **FACT}, {"id": "empty", "text": ""}, {"id": "crowd", "text": judgment(crowd)},
        {"id": "long", "text": judgment(["甄有为"], filler="经查，该事实有证人证言、书证等证据证实。" * 10_000)},
    )  # fmt: skip
    Path("scan.txt").write_bytes(b"\x00\x01")
    done = run("given.jsonl", "scan.txt")
    assert done.counts == {"records": 5, "sheets": 42, "unreadable": 2}
    assert done.pages == ()
    listed = list(read_jsonl(Path("sheets/index.jsonl")))
    assert [entry["id"] for entry in listed] == ["first/0/0", "empty", *(f"crowd/{n}/0" for n in range(40)), "long/0/0", "scan.txt"]
    assert {entry["id"]: entry["reason"][:7] for entry in listed if entry["status"] == "unreadable"} == {
        "empty": "记录没有正文（", "scan.txt": "文件不是文本（",
    }  # fmt: skip
    for entry in listed:
        if entry["file"]:
            assert read_json(Path(f"sheets/{entry['file']}.json"))["case"]["row_id"] == entry["id"]
            assert "仅供参考" in Path(f"sheets/{entry['file']}.html").read_text(encoding="utf-8")
    assert len(list(Path("sheets").iterdir())) == 2 * 42 + 2


def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(run, monkeypatch):
    monkeypatch.setattr(module, "_MOST", 2)
    other = {"fact": "事实。", "charges": ["无此罪"]}
    lines("given.jsonl", *({"id": str(number), **(FACT if number == 4 else other)} for number in range(7)), {"id": "empty", "text": ""})
    whole = run("given.jsonl", folder="whole")
    assert len(whole.pages) == 7

    def broken(*arguments, **options):
        for number, document in enumerate(read_documents(*arguments, **options)):
            if number == 5:
                raise KeyboardInterrupt
            yield document

    monkeypatch.setattr(module, "read_documents", broken)
    with pytest.raises(KeyboardInterrupt):
        run("given.jsonl")
    assert not Path("sheets/index.html").exists()
    monkeypatch.setattr(module, "read_documents", read_documents)
    made = []
    write = module.write_sheets
    monkeypatch.setattr(module, "write_sheets", lambda sheets, **options: (made.extend(sheets), write(sheets, **options)))
    run("given.jsonl")
    assert [content["case"]["doc_id"] for content in made] == ["4", "5", "6"]
    assert contents("sheets") == contents("whole")


def test_without_a_readable_record_there_is_an_error_and_no_page(run):
    lines("given.jsonl", {"id": "empty", "text": ""})
    with pytest.raises(InputError, match="No record could be read"):
        run("given.jsonl")
    assert list(Path("sheets").iterdir()) == []


@pytest.mark.parametrize(("records", "printed"), [(1, 1), (module.FEW, module.FEW), (module.FEW + 1, 1)])
def test_few_pages_are_named_and_of_many_the_list(run, model, monkeypatch, capsys, records, printed):
    lines("given.jsonl", *({"id": str(number), "fact": "事实。", "charges": ["无此罪"]} for number in range(records)))
    monkeypatch.setattr("sys.argv", ["sentencing", "explain", "given.jsonl", "--out", "sheets", "--model", str(model), "--params", str(PARAMS), "--jobs", "1"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code in (0, None)
    named = [line for line in capsys.readouterr().out.splitlines() if line.endswith(".html")]
    assert len(named) == printed
    assert (named == ["sheets/index.html"]) == (records > module.FEW)


def test_what_a_process_starts_with_can_be_sent_to_it(model):
    start = partial(module._start, model=model, archive=None, folder=Path("sheets"), settings=OPTIONS)
    sent = ForkingPickler.loads(ForkingPickler.dumps(start))
    counts, rows = sent()([])
    assert (counts, rows) == ({"records": 0, "sheets": 0, "unreadable": 0}, [])
