"""The registered model, loaded and served over HTTP, gives the figures of `sentencing predict` for the same counts."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sentencing_ml import layout
from sentencing_ml.cli import app
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.liability.predict import before_verdict
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_jsonl, write_jsonl

pytestmark = pytest.mark.pipeline

MODEL = "models:/liability-term@challenger"


@pytest.fixture(scope="module")
def counts(project):
    """Return (rows of the factor table as JSON, what `sentencing predict` says of them) of a few judgments."""
    from sentencing_ml.release.served_columns import inputs

    source, output = project / "served.jsonl", project / "served.out.jsonl"
    advised = [record for record, _ in zip(read_jsonl(project / layout.SAMPLE_JUDGMENTS), range(30), strict=False)]
    others = [{"id": "unknown", "fact": "事实。", "charges": ["无此罪"]}, {"id": "far", "fact": "被告人甲某窃得现金9000000000元。", "charges": ["盗窃"]}]
    write_jsonl(source, advised + others)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        arguments = ["predict", source, "--model", layout.BUNDLE, "-o", output, "--level", "count"]
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0
    documents = read_documents([source], settings=load_settings(project / "params.yaml"), mask=False)
    table = factor_frame([row for read in before_verdict(documents, None) for row in read.rows()[0]])
    names = ["charge", *inputs()]
    given = [
        {name: None if pd.isna(value) else float(value) if isinstance(value, (bool, int)) else value for name, value in row.items()}
        for row in table[names].astype(object).to_dict("records")
    ]
    return given, list(read_jsonl(output))


@pytest.fixture
def tracking(project, monkeypatch):
    import mlflow

    address = f"sqlite:///{project / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    mlflow.set_tracking_uri(address)


def same(served, predicted):
    from sentencing_ml.release.served_columns import OUTPUT

    assert len(served) == len(predicted) > 30
    assert {row["status"] for row in predicted} >= {"advised", "out_of_scope"}
    for row, expected in zip(served, predicted, strict=True):
        assert list(row) == list(OUTPUT)
        assert row == {name: expected[name] for name in OUTPUT}


def test_the_signature_names_every_figure_of_a_count_that_needs_no_offender_and_no_text():
    from sentencing_ml.factors.registry import registry
    from sentencing_ml.liability.model import COUNT_COLUMNS
    from sentencing_ml.release.served_columns import OUTPUT, signature

    assert set(COUNT_COLUMNS) - set(OUTPUT) == {"row_id", "charge", "charge_source", "charge_probability", "expected_months"}
    schema = signature()
    assert schema.outputs.input_names() == list(OUTPUT)
    given = set(schema.inputs.input_names())
    assert not given & {factor.name for factor in registry().offender()}
    assert schema.inputs.required_input_names() == ["charge"]


def test_the_loaded_model_gives_the_figures_of_the_command(counts, tracking):
    import mlflow

    given, predicted = counts
    served = mlflow.pyfunc.load_model(MODEL).predict(pd.DataFrame(given).astype(dict.fromkeys(_numeric(), "float64")))
    same(served.to_dict("records"), predicted)


def _numeric():
    from mlflow.types import DataType

    from sentencing_ml.release.served_columns import signature

    return [column.name for column in signature().inputs if column.type == DataType.double]


def test_the_server_gives_the_figures_of_the_command(counts, tracking):
    given, predicted = counts
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", MODEL, "--env-manager", "local", "-h", "127.0.0.1", "-p", str(port)]
    # the command starts a server by its name, and that stands beside the interpreter
    environment = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    server = subprocess.Popen(command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/ping", server, seconds=120)
        body = json.dumps({"dataframe_records": given}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/invocations", data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    same(json.loads(text, parse_constant=pytest.fail)["predictions"], predicted)  # NaN is no JSON


def _wait(address, server, *, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            assert server.poll() is None, "the server ended"
            time.sleep(0.2)
    pytest.fail(f"no server after {seconds} seconds")
