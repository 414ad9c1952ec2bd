"""The stage on a small simulated corpus: sheets, index, repeatability, a single case, and no archive at all."""

import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import jsonschema
import pandas as pd
import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.explanation import archive
from sentencing_ml.explanation.desk import Asked, at_desk, open_case
from sentencing_ml.explanation.explain import choose, documents_by_id, explain, explain_rows, load
from sentencing_ml.explanation.files import explain_files
from sentencing_ml.explanation.sheet_page import page
from sentencing_ml.factors.extract import extract
from sentencing_ml.judgments.collect import collect
from sentencing_ml.judgments.ingest import ingest
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.liability.split import split
from sentencing_ml.liability.train import train
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.simulate import simulate_corpus
from sentencing_ml.storage import read_json, read_jsonl, read_table, write_jsonl

PARAMS = load_settings()
OPTIONS = PARAMS.model_copy(
    update={
        "simulation": PARAMS.simulation.model_copy(update={"judgments": 260}),
        "extract": PARAMS.extract.model_copy(update={"workers": 1}),
        "train": PARAMS.train.model_copy(update={"n_estimators": 30, "similar_min": 10}),
        "explain": PARAMS.explain.model_copy(update={"sample": 8, "background": 30, "similar": 3}),
        "runtime": PARAMS.runtime.model_copy(update={"threads": 1}),
    }
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp("explain")
    paths = {name: root / f"{name}.parquet" for name in ("documents", "factors", "evidence", "split")}
    simulate_corpus(folder=root / "sample", settings=OPTIONS.simulation)
    collect(patterns=[str(root / "sample" / "judgments.jsonl.gz")], inputs=root / "inputs.json")
    ingest(inputs=root / "inputs.json", documents=paths["documents"], quarantine=root / "quarantine.parquet",
           report=root / "ingest.json", settings=OPTIONS)  # fmt: skip
    extract(documents=paths["documents"], factors=paths["factors"], evidence=paths["evidence"], settings=OPTIONS)
    split(factors=paths["factors"], split=paths["split"], settings=OPTIONS)
    train(factors=paths["factors"], split=paths["split"], model=root / "model", settings=OPTIONS)
    archive.build(factors=paths["factors"], documents=paths["documents"], split=paths["split"], model=root / "model",
                  folder=root / "archive", settings=OPTIONS)  # fmt: skip
    arguments = {**paths, "model": root / "model", "archive": root / "archive", "settings": OPTIONS}
    metrics = explain(**arguments, folder=root / "cases")
    return root, arguments, metrics


def sheets(folder):
    return {path.stem: read_json(path) for path in sorted(folder.glob("*.json"))}


def drawn(folder):
    """The sheets of the sample, without those of the cases that they cite."""
    listed = {line["file"] for line in read_jsonl(folder / "index.jsonl")}
    return {name: content for name, content in sheets(folder).items() if name in listed}


def one_case(case, arguments, *, folder):
    tables = {name: arguments[name] for name in ("factors", "evidence", "documents", "split")}
    explainer = load(model=arguments["model"], archive=arguments["archive"], settings=OPTIONS)
    return at_desk(Asked(at="2024-05-06T07:08:09"), open_case(case, **tables), explainer=lambda: explainer, folder=folder)


def test_the_sample_is_written_with_a_page_each_and_an_index_that_leads_to_them(world):
    root, _, metrics = world
    written = drawn(root / "cases")
    assert metrics["sheets"] == len(written) == 8
    assert metrics["sheets_cited"] == len(sheets(root / "cases")) - 8 > 0
    index = (root / "cases" / "index.html").read_text(encoding="utf-8")
    assert sorted(re.findall(r'href="([^"#]+)\.html"', index)) == sorted(written)
    assert all((root / "cases" / f"{name}.html").is_file() for name in written)


def test_every_sheet_holds_the_schema_and_its_walk_ends_at_the_prediction(world):
    schema = json.loads((files("sentencing_ml.explanation") / "schema.json").read_text(encoding="utf-8"))
    for content in sheets(world[0] / "cases").values():
        jsonschema.Draft202012Validator(schema).validate(content)
        if content["status"]["advised"]:
            steps = content["walk"]["steps"]
            assert content["walk"]["end"] == pytest.approx(content["answer"]["liability_months"])
            assert content["walk"]["start"] + sum(step["months"] for step in steps) == pytest.approx(content["walk"]["end"])
            assert [step for step in steps if step["factor"] == "bound"] == []


def test_similar_cases_are_training_cases_of_other_clusters(world):
    root, arguments, _ = world
    parts = read_table(arguments["split"]).set_index("row_id")
    shown = [(content, match) for content in drawn(root / "cases").values() for match in content["similar"]]
    assert shown
    assert all(match["linked"] and (root / "cases" / f"{match['file']}.html").is_file() for _, match in shown)
    for content, match in shown:
        assert parts.loc[match["row_id"], "part"] == "train"
        assert parts.loc[match["row_id"], "cluster"] != parts.loc[content["case"]["row_id"], "cluster"]


def test_the_same_inputs_give_the_same_files(world):
    root, arguments, _ = world
    explain(**arguments, folder=root / "again")
    first, second = ({path.name: path.read_bytes() for path in (root / name).iterdir()} for name in ("cases", "again"))
    assert first == second


def test_one_case_is_explained_by_its_id_and_agrees_with_the_batch(world):
    root, arguments, _ = world
    name, content = next(iter(drawn(root / "cases").items()))
    done = one_case(content["case"]["row_id"], arguments, folder=root / "one")
    assert [page.name for page in done.written] == [f"{name}.html"]
    # the cited sheets do not stand beside this one
    alone = [{**match, "linked": False} for match in content["similar"]]
    assert read_json(root / "one" / f"{name}.json") == {**content, "similar": alone}


def test_a_case_that_taught_the_model_says_so(world):
    root, arguments, _ = world
    cited = set(sheets(root / "cases")) - set(drawn(root / "cases"))
    assert all(content["case"]["taught"] == (name in cited) for name, content in sheets(root / "cases").items())
    page = (root / "cases" / f"{sorted(cited)[0]}.html").read_text(encoding="utf-8")
    assert "训练案件：参考值含其自身的影响" in page


def test_an_unknown_case_is_said_to_be_unknown(world):
    with pytest.raises(InputError, match="no such case"):
        one_case("nobody", world[1], folder=world[0] / "none")


def test_without_past_cases_a_sheet_still_explains_the_figure(world):
    root, arguments, _ = world
    frame, texts = read_table(arguments["factors"]).head(25), documents_from_frame(read_table(arguments["documents"]))
    explainer = load(model=root / "model", archive=None, settings=OPTIONS)
    made = explain_rows(frame, evidence=read_table(arguments["evidence"]), documents={d.id: d for d in texts}, explainer=explainer)
    assert not any(content["similar"] or content["human"]["probation"] for content in made)
    assert any(content["walk"] for content in made)


def test_an_indictment_is_explained_from_its_file_as_alleged(world, monkeypatch):
    root, arguments, _ = world
    monkeypatch.chdir(root)  # no stage tables stand here: a model alone must do
    source = root / "sample" / "indictments.jsonl.gz"
    few = root / "few.jsonl"
    write_jsonl(few, [record for record, _ in zip(read_jsonl(source), range(3), strict=False)])
    pages = explain_files(patterns=[str(few)], folder=root / "files", model=arguments["model"], settings=OPTIONS).pages
    made = sheets(root / "files").values()
    assert len(pages) == len(made) >= 3
    assert all(content["case"]["alleged"] and content["case"]["kind"] == "indictment" for content in made)


def test_a_judgment_from_a_file_is_read_without_its_verdict(world, monkeypatch):
    root, arguments, _ = world
    monkeypatch.chdir(root)
    record = next(read_jsonl(root / "sample" / "judgments.jsonl.gz"))
    write_jsonl(root / "judgment.jsonl", [record])
    explain_files(patterns=[str(root / "judgment.jsonl")], folder=root / "blind", model=arguments["model"], settings=OPTIONS)
    for path in (root / "blind").glob("*.html"):
        assert "判决如下" not in path.read_text(encoding="utf-8")


def test_a_file_without_a_readable_record_is_an_error(world, tmp_path):
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="No record could be read"):
        explain_files(patterns=[str(tmp_path / "empty.txt")], folder=tmp_path, model=world[1]["model"], settings=OPTIONS)


@pytest.fixture(scope="module")
def hundred(world):
    """A hundred sheets of rows drawn at random, with the text of each."""
    _, arguments, _ = world
    frame = read_table(arguments["factors"]).sample(100, random_state=5)
    texts = documents_by_id(read_table(arguments["documents"]))
    explainer = load(model=arguments["model"], archive=arguments["archive"], settings=OPTIONS)
    made = explain_rows(frame, evidence=read_table(arguments["evidence"]), documents=texts, explainer=explainer)
    return [(content, texts[content["case"]["doc_id"]]) for content in made]


class Said(HTMLParser):
    """What a page says outside the stored text and the drawings."""

    def __init__(self, html):
        super().__init__()
        self.words, self._open, self._left = [], [], None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag in ("meta", "br", "input", "link"):
            return
        self._open.append(tag)
        if self._left is None and (tag in ("style", "svg", "title") or dict(attributes).get("class") == "document"):
            self._left = len(self._open)

    def handle_endtag(self, tag):
        if self._left == len(self._open):
            self._left = None
        self._open.pop()

    def handle_data(self, data):
        if self._left is None:
            self.words.append(data)


COUNTED = re.compile(r"(?:其余|另有|未载明、须由法庭查明的|人工更正) \d+ (?:项|处|种|档)|不足 0\.1")
FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")


def figures_of(text):
    return {found.replace(",", "") for found in FIGURE.findall(text)}


def figures_in(value):
    """Every figure that a sheet may show of a value of its JSON."""
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, str):
        return figures_of(value) | figures_of(value[:12])  # of a hash the page shows the beginning
    if isinstance(value, (int, float)):
        size, whole = abs(value), round(abs(value))
        shown = [f"{size:.{digits}f}" for digits in (0, 1, 2)] + [f"{100 * size:.{digits}f}" for digits in (0, 1)]
        return {*shown, str(size), str(whole // 12), str(whole % 12)}
    parts = value.values() if isinstance(value, dict) else value
    return set().union(*(figures_in(part) for part in parts))


def strangers(content, html):
    return figures_of(COUNTED.sub("", " ".join(Said(html).words))) - figures_in(content)


def test_every_figure_on_a_page_is_one_of_its_json(hundred):
    for content, _ in hundred:
        assert strangers(content, page(content)) == set(), content["file"]


def test_a_figure_that_is_not_in_the_json_would_be_found(hundred):
    content = next(content for content, _ in hundred if content["status"]["advised"])
    other = {**content, "answer": {**content["answer"], "interval_low": content["answer"]["interval_low"] + 1234.5}}
    assert len(strangers(content, page(other))) == 1


def test_every_highlight_is_the_stored_text_at_its_span(hundred):
    marked = 0
    for content, document in hundred:
        shown = "".join(
            piece["text"] for part in content["text"]["sections"] for line in part["paragraphs"] for piece in line["pieces"]
        )
        cut = document.section("verdict").start
        assert shown.replace("\n", "") == document.text[:cut].replace("\n", "")
        pieces = [piece for part in content["text"]["sections"] for line in part["paragraphs"] for piece in line["pieces"]]
        for item in content["evidence"]:
            own = document.text[item["start"] : item["end"]]
            assert item["quote"]["span"] == own.replace("\n", " ")
            assert "".join(piece["text"] for piece in pieces if item["id"] in piece["evidence"]) == own.replace("\n", "")
            marked += 1
    assert marked > 500


def predictions(rows):
    return pd.DataFrame(
        {"row_id": [f"r{i:03d}" for i in range(len(rows))], "charge_group": [c for c, _ in rows], "status": [s for _, s in rows]}
    )


def test_the_sample_shows_many_charges_and_each_status():
    table = predictions([("盗窃罪", "advised")] * 50 + [("诈骗罪", "advised")] * 5 + [("抢劫罪", "thin_data")] * 30 + [(None, "out_of_scope")])
    chosen = table.loc[choose(table, size=12, seed=1)]
    assert chosen["status"].value_counts().to_dict() == {"advised": 9, "thin_data": 2, "out_of_scope": 1}
    assert chosen.loc[chosen["status"] == "advised", "charge_group"].value_counts().to_dict() == {"盗窃罪": 5, "诈骗罪": 4}
    assert choose(table, size=12, seed=1) == choose(table, size=12, seed=1)


def test_a_sample_larger_than_the_table_is_the_table():
    table = predictions([("盗窃罪", "advised"), ("抢劫罪", "thin_data"), ("抢劫罪", "thin_data")])
    assert sorted(choose(table, size=10, seed=1)) == [0, 1, 2]
