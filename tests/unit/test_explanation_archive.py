"""The archive on disk: what it holds, that it is whole or absent, and that no damage goes unsaid or does harm."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from past_cases import write_archive

from sentencing_ml.errors import BundleError, DataContractError, InputError
from sentencing_ml.explanation import archive as module
from sentencing_ml.explanation.archive import Archive, archive_of, verify
from sentencing_ml.explanation.sheet import safe_id
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.table import documents_to_frame
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import sha256_file, write_table

WORDS = ["翻窗", "入室", "窃得"]
OWN = {"row_id": "q/0/0", "doc_id": "q", "cluster": "q", "charge_group": "盗窃罪", "amount_yuan": 5000.0}
CASES = [
    (
        {
            "row_id": f"{name}/0/0", "doc_id": name, "cluster": name, "doc_kind": "judgment", "charge_group": charge, "defendant": "甄有为",
            "amount_yuan": 5000.0, "court": "甲县人民法院", "case_number": f"（2020）甲刑初{name}号", "judgment_date": f"2020-0{month}-01",
            "penalty": "有期徒刑", "term_months": 9.0, "final_penalty": "有期徒刑", "final_term_months": 9.0,
            "final_probation_months": 12.0, "final_fine_yuan": 2000.0, "counts": 1, "surrender": True, "tier": "t1", "liability_months": 10.0,
        },
        [*WORDS, "收音机"],
    )
    for name, charge, month in (("a", "盗窃罪", 1), ("b", "盗窃罪", 3), ("c", "诈骗罪", 2))
]  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "archive"
    write_archive(folder, CASES, least=2)
    return folder


@pytest.fixture
def folder(written, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(written, tmp_path / "archive")


def ask(archive, *, words=WORDS, k=5):
    return archive.similar(row=OWN, tier="t1", tokens=words, k=k)


def test_it_says_what_it_was_made_of(written):
    opened = Archive.open(written, model="m1")
    assert (opened.rows, opened.data_cut, opened.data_version, opened.model_version) == (3, "2020-03-01", "d1", "m1")
    assert opened.history == {"盗窃罪": {"surrender": {"n": 2, "q25": -0.1, "q50": -0.1, "q75": -0.1}}}
    assert opened.probation(charge_group="盗窃罪", tier="t1") == {"n": 2, "share": 1.0, "same_tier": True}
    assert opened.probation(charge_group="诈骗罪", tier="t1") is opened.probation(charge_group=None, tier=None) is None


def test_a_match_is_plain_data_with_what_was_imposed_then_and_advised_now(written):
    first = ask(Archive.open(written))[0]
    assert json.loads(json.dumps(first)) == first
    assert first == {
        "row_id": "b/0/0", "doc_id": "b", "file": safe_id("b/0/0"), "case_number": "（2020）甲刑初b号", "court": "甲县人民法院",
        "date": "2020-03-01", "step": 0, "similarity": first["similarity"], "same_court": False, "recent": False, "tier": "t1",
        "matches": [{"factor": "犯罪数额", "here": "5,000 元", "there": "5,000 元"}], "differs": [], "offender": ["自首"],
        "penalty": "有期徒刑", "term_months": 9.0, "final_penalty": "有期徒刑", "final_term_months": 9.0, "counts": 1,
        "probation_months": 12.0, "fine_yuan": 2000.0, "liability_months": 10.0, "advice_status": "advised",
    }  # fmt: skip
    assert 0 < first["similarity"] < 1


def test_no_word_and_no_name_of_a_case_is_in_it(written):
    stored = b"".join(path.read_bytes() for path in written.iterdir())
    assert not any(word.encode() in stored for word in [*WORDS, "收音机", "甄有为"])
    for path in written.glob("*.npy"):
        assert np.load(path, allow_pickle=False).dtype.kind in "iuf", path.name


def test_equal_cases_give_equal_files_in_whatever_order_they_come(written, tmp_path):
    write_archive(tmp_path / "again", CASES[::-1], least=2)
    names = sorted(path.name for path in written.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    assert [name for name in names if (written / name).read_bytes() != (tmp_path / "again" / name).read_bytes()] == []


def test_the_version_changes_with_the_cases(written, tmp_path):
    other = write_archive(tmp_path / "other", CASES[:2], least=2)
    assert Archive.open(written).version not in (None, other.version)


def test_an_empty_archive_finds_and_tells_nothing():
    empty = Archive.empty()
    assert (empty.rows, empty.version, empty.history, ask(empty)) == (0, None, {}, [])
    assert empty.probation(charge_group="盗窃罪", tier=None) is None


def rename(folder):
    (folder / "tier.npy").rename(folder / "tier")


def cut(folder):
    (folder / "data.npy").write_bytes((folder / "data.npy").read_bytes()[:-4])


def flip(name):
    def damage(folder):
        content = bytearray((folder / name).read_bytes())
        content[-1] ^= 1
        (folder / name).write_bytes(content)

    return damage


def drop_from_manifest(folder):
    path = folder / "manifest.json"
    path.write_text(json.dumps({name: value for name, value in json.loads(path.read_text()).items() if name != "data.npy"}))


def link(folder):
    (folder / "data.npy").rename(folder.parent / "elsewhere.npy")
    (folder / "data.npy").symlink_to(folder.parent / "elsewhere.npy")


DAMAGE = [
    # what is done to it, what the message says
    (shutil.rmtree, "there is no archive of past cases"),
    (lambda folder: (folder / "manifest.json").unlink(), "or only half of one"),
    (lambda folder: (folder / "manifest.json").write_text("{"), "not valid JSON"),
    (lambda folder: (folder / "manifest.json").write_text("[]"), "does not list the files of an archive"),
    (drop_from_manifest, "does not list the files of an archive"),
    (rename, "tier.npy: missing"),
    (link, "data.npy: missing, or no plain file"),
    (cut, "data.npy: differs"),
    (flip("history.json"), "history.json: differs"),
    (flip("cases.arrow"), "cases.arrow: differs"),
    (flip("indices.npy"), "indices.npy: differs"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGE)
def test_damage_is_said_with_what_to_do(folder, damage, message):
    damage(folder)
    for check in (Archive.open, verify):
        with pytest.raises(BundleError, match=message) as raised:
            check(folder)
        assert "dvc repro archive" in str(raised.value)


def test_an_archive_of_another_model_is_refused(written):
    with pytest.raises(BundleError, match="belongs to model m1, and this is model m2"):
        Archive.open(written, model="m2")


def test_an_archive_for_other_factors_is_refused(written, monkeypatch):
    monkeypatch.setattr(module.similar, "quantity_factors", lambda: ())
    with pytest.raises(BundleError, match="another version of the factors"):
        Archive.open(written)


def test_of_files_too_large_to_be_hashed_the_size_is_compared_and_verify_compares_the_rest(folder, monkeypatch):
    monkeypatch.setattr(module, "HASHED", 0)
    flip("idf.npy")(folder)
    Archive.open(folder)
    with pytest.raises(BundleError, match="idf.npy: differs"):
        verify(folder)
    (folder / "idf.npy").write_bytes((folder / "idf.npy").read_bytes() + b"0")
    with pytest.raises(BundleError, match="idf.npy: has not the size"):
        Archive.open(folder)


@pytest.mark.parametrize("name", ["archive.json", "history.json"])
def test_what_is_parsed_is_hashed_whatever_its_size(folder, monkeypatch, name):
    monkeypatch.setattr(module, "HASHED", 0)
    flip(name)(folder)
    with pytest.raises(BundleError, match=f"{name}: differs"):
        Archive.open(folder)


@pytest.mark.parametrize("name", ["indices", "indptr", "vector"])
def test_a_damaged_array_that_was_not_hashed_ends_in_an_error_and_not_outside_of_memory(folder, monkeypatch, name):
    monkeypatch.setattr(module, "HASHED", 0)
    values = np.load(folder / f"{name}.npy", mmap_mode="r+", allow_pickle=False)
    values += 1 << 30
    values.flush()
    with pytest.raises(IndexError):
        ask(Archive.open(folder))


def test_a_damaged_table_of_cases_that_was_not_hashed_ends_in_an_error(folder, monkeypatch):
    monkeypatch.setattr(module, "HASHED", 0)
    opened = Archive.open(folder)
    place = opened._cases.column("row_id").chunk(0).buffers()[1]
    content = (folder / "cases.arrow").read_bytes()
    at = content.index(place.to_pybytes())
    (folder / "cases.arrow").write_bytes(content[: at + 4] + b"\xff\xff\xff\x7f" * 3 + content[at + 16 :])
    with pytest.raises(Exception, match="offset"):
        ask(Archive.open(folder))


def test_a_folder_that_is_being_written_is_no_archive(folder, monkeypatch):
    monkeypatch.setattr(module, "_save_cases", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space"):
        write_archive(folder, CASES, least=2)
    with pytest.raises(BundleError, match="only half of one"):
        Archive.open(folder)


def test_arrays_are_mapped_and_not_read(written):
    opened = Archive.open(written)
    assert all(isinstance(array.base, np.memmap) for array in (opened._store.data, opened._store.indices, opened._store.quantities))


class Model:
    """Predicts ten months and tier t1 for every row, and remembers how it was asked."""

    def __init__(self):
        self.asked = []

    def predict(self, frame, *, threads, dated):
        self.asked.append((list(frame["row_id"]), dated))
        columns = {"tier": pd.array(["t1"] * len(frame), dtype="string"), "status": pd.array(["advised"] * len(frame), dtype="string")}
        return pd.DataFrame({**columns, "liability_months": pd.array([10.0] * len(frame), dtype="Float64")}, index=frame.index)


ROWS = [
    # id, kind, charge, part; the fourth and following have no place in an archive
    ("b", "judgment", "盗窃罪", "train"),
    ("a", "fact_record", "盗窃罪", "train"),
    ("c", "judgment", "诈骗罪", "train"),
    ("d", "indictment", "盗窃罪", "train"),
    ("e", "judgment", "盗窃罪", "test"),
    ("f", "judgment", "盗窃罪", "out"),
    ("g", "judgment", None, "train"),
]


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """Stage tables with ``ROWS``, and a model that stands in for a trained one."""
    model = Model()
    monkeypatch.setattr(module.LiabilityModel, "load", classmethod(lambda cls, folder: model))
    monkeypatch.setattr(module, "model_version", lambda folder: "m7")

    def make(rows=ROWS, documents=None):
        frame = factor_frame([{"row_id": f"{name}/0/0", "doc_id": name, "cluster": name, "doc_kind": kind, "charge_group": charge} for name, kind, charge, _ in rows])
        parts = pd.DataFrame({"row_id": frame["row_id"], "cluster": frame["cluster"], "part": [part for *_, part in rows], "fold": 0})
        names = [name for name, *_ in rows] if documents is None else documents
        texts = [Document(id=name, source="s", kind="fact_record", text="被告人翻窗入室窃得现金。") for name in names]
        paths = {name: tmp_path / f"{name}.parquet" for name in ("factors", "split", "documents")}
        write_table(paths["factors"], frame)
        write_table(paths["split"], parts)
        write_table(paths["documents"], documents_to_frame(texts, clusters=names))
        return {**paths, "model": tmp_path / "model", "folder": tmp_path / "archive", "settings": load_settings()}

    return make, model


def test_it_is_built_from_training_rows_with_a_charge_predicted_as_on_their_day(tables):
    make, model = tables
    arguments = make()
    told = module.build(**arguments)
    assert model.asked == [(["a/0/0", "b/0/0", "c/0/0"], True)]
    assert (told["archive_rows"], told["archive_charges"], told["archive_vectors"]) == (3, 2, 3)
    assert told["archive_bytes"] == sum(path.stat().st_size for path in arguments["folder"].iterdir() if path.name != "manifest.json")
    opened = Archive.open(arguments["folder"], model="m7")
    found = opened.similar(row=OWN, tier="t1", tokens=["翻窗", "入室", "现金"], k=5)
    assert [(match["row_id"], match["liability_months"], match["tier"]) for match in found] == [("a/0/0", 10.0, "t1"), ("b/0/0", 10.0, "t1")]
    assert found[0]["similarity"] > 0
    assert opened.data_version == sha256_file(arguments["factors"])[:12]


def test_rows_without_their_document_are_counted_and_nothing_is_written(tables):
    arguments = tables[0](documents=["b", "c", "e"])
    with pytest.raises(DataContractError, match="1 training rows of .* have no document"):
        module.build(**arguments)
    assert not arguments["folder"].exists()


def test_without_a_training_row_there_is_no_archive(tables):
    with pytest.raises(InputError, match="no training row with a charge"):
        module.build(**tables[0](ROWS[3:]))


def test_an_archive_is_taken_only_beside_its_own_model(folder, tmp_path):
    own = json.loads((folder / "archive.json").read_text(encoding="utf-8"))["model_version"]
    assert archive_of(own, folder=folder) == folder
    assert archive_of("another", folder=folder) is None
    assert archive_of(own, folder=tmp_path / "nowhere") is None
    (folder / "archive.json").write_text("not json", encoding="utf-8")
    assert archive_of(own, folder=folder) is None
