"""The rules of the house that code alone can hold."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sentencing_ml.factors.registry import registry

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "sentencing_ml"
# The order in which the data flows; an import may only point back.
ORDER = ["judgments", "factors", "liability", "explanation", "fairness", "monitor", "release"]
FOUNDATION = {"batch", "disclosure", "errors", "layout", "packaged", "progress", "rendering", "runtime", "settings", "signing_keys", "storage", "tracking"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sentencing_ml"):
            parts = node.module.split(".")
            yield from [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("sentencing_ml."))


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_an_import_only_points_back_along_the_flow(path):
    own = path.relative_to(PACKAGE).parts[0]
    allowed = FOUNDATION | {own, "law", "__version__"}
    if own == "law":
        allowed = FOUNDATION | {"law"}
    elif own == "simulation":
        allowed |= set(ORDER)
    else:
        allowed |= set(ORDER[: ORDER.index(own)])
    assert set(imports(path)) <= allowed


def test_simulation_is_imported_by_pipelines_and_tests_alone():
    users = [
        path
        for path in PACKAGE.rglob("*.py")
        if "simulation" in set(imports(path)) and path.parent.name != "simulation"
    ]
    # the command that makes a corpus is the one door to it
    assert [path.name for path in users] == ["cli.py"]


def test_nothing_is_pickled():
    banned = {"pickle", "cloudpickle", "joblib", "dill", "shelve", "marshal"}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not banned & {name.split(".")[0] for name in names}, path.name


def test_the_command_line_starts_without_heavy_libraries():
    code = (
        "import sys; import sentencing_ml.cli; "
        "heavy = {'mlflow', 'shap', 'numba', 'numpy', 'pandas', 'sklearn', 'lightgbm', 'fairlearn', 'pydantic', 'jieba', 'rich'}; "
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_case_is_opened_without_libraries_that_it_may_not_need():
    """One sheet from the shell should not wait for what serves another command, another format or a training."""
    rare = {
        "mlflow": "the log of stages",
        "matplotlib": "plots of the evaluation",
        "shap": "walks: a sheet without an empirical figure has none",
        "numba": "comes with shap",
        "fairlearn": "the audit",
        "sqlalchemy": "the ledger",
        "pandera": "the check of tables",
        "docx": "Word files in and out",
        "lxml": "HTML files in",
        "openpyxl": "workbooks in and out",
        "datasketch": "near duplicates, of a corpus",
        "sklearn.svm": "learning charges",
    }
    doors = "sentencing_ml.explanation.files, sentencing_ml.explanation.desk"
    code = f"import sys, {doors}; print(sorted(set({sorted(rare)}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_every_stage_names_a_script_and_every_dependency_exists():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    outputs = {
        next(iter(out)) if isinstance(out, dict) else out
        for stage in stages.values()
        for out in [*stage.get("outs", []), *stage.get("metrics", [])]
    }
    for name, stage in stages.items():
        assert (ROOT / "pipelines" / f"{name}.py").is_file()
        assert stage["cmd"] == f"python pipelines/{name}.py"
        for dependency in stage.get("deps", []):
            assert dependency in outputs or (ROOT / dependency).exists(), dependency


def test_only_liability_is_read_by_the_model():
    assert {factor.factor_class.name for factor in registry().model_inputs()} == {"liability"}
    kept = {
        "surrender",
        "confession",
        "recidivist",
        "plea_leniency",
        "forgiveness",
        "gender",
        "court",
        "procedure",
        "term_months",
    }
    assert not kept & {factor.name for factor in registry().model_inputs()}


def test_code_names_no_charge():
    """Charges, thresholds and ratios are data: a name of an offence in code is a rule that nobody can date."""
    for path in [*PACKAGE.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "simulation" not in path.parts:
                assert node.value not in {"盗窃罪", "诈骗罪", "故意伤害罪", "交通肇事罪", "危险驾驶罪", "抢劫罪"}, (
                    path.name
                )
