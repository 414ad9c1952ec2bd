"""The tutorials are paired with a text file and run as they stand."""

from pathlib import Path

import jupytext
import nbclient
import pytest

pytestmark = pytest.mark.pipeline

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def sources(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.py")), ids=lambda path: path.stem)
def test_a_tutorial_runs(path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    notebook = jupytext.read(path)
    nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    assert "KB" in str(outputs[-1])


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.py")), ids=lambda path: path.stem)
def test_the_notebook_is_its_text(path):
    assert sources(jupytext.read(path.with_suffix(".ipynb"))) == sources(jupytext.read(path))
