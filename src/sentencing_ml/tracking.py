"""MLflow as the log of the pipeline: one run tree a pipeline run, a nested run a stage.

DVC owns reproducibility; nothing here is an output of a stage. The first stage of a pipeline run writes a fresh
key into ``.dvc/tmp``; the first stage that logs under that key opens the parent run, the others join it.
"""

import contextlib
import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sentencing_ml import runtime
from sentencing_ml.settings import Settings
from sentencing_ml.storage import sha256_file, write_text

EXPERIMENT = "sentencing-ml"
_KEY = Path(".dvc/tmp/pipeline-run")
_SECTIONS = {
    "simulate": "simulation", "validate": "validate_", "certify_audit": "audit", "certify_monitor": "monitor",
}  # fmt: skip
"""Stages whose settings bear another name."""
_INPUTS_FOLLOW = "inputs-follow"
_KEY_TAG = "sentencing.pipeline_run"


@dataclass
class StageLog:
    """What a stage wants logged; written to MLflow when the stage ends."""

    metrics: dict[str, float] = field(default_factory=dict)
    artefacts: list[Path] = field(default_factory=list)

    def add_metrics(self, values: Mapping[str, Any], *, prefix: str = "") -> None:
        """Keep the finite numbers of a flat mapping; other values are left out."""
        for name, value in values.items():
            if (
                isinstance(value, (int, float))
                and not isinstance(value, bool)
                and value == value
                and abs(value) != float("inf")
            ):
                self.metrics[f"{prefix}{name}"] = float(value)


def tracking_uri() -> str:
    """Return the tracking URI of the environment, or the project's own SQLite file, as an absolute address."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{project_root() / 'mlflow.db'}"


def project_root() -> Path:
    """Return the folder of the enclosing ``dvc.yaml``, or the working folder when there is none."""
    here = Path.cwd().resolve()
    return next((folder for folder in (here, *here.parents) if (folder / "dvc.yaml").is_file()), here)


def begin_pipeline_run(*, inputs_follow: bool) -> None:
    """Start a new run tree: the next stage that logs opens its parent.

    The stage that collects the inputs runs in every pipeline run, and so begins the tree; only the simulation may run
    before it. That stage begins the tree with ``inputs_follow``, and the next call then joins instead of beginning.
    """
    lines = _KEY.read_text(encoding="utf-8").split() if _KEY.is_file() else []
    joins = not inputs_follow and lines[1:] == [_INPUTS_FOLLOW]
    key = lines[0] if joins else uuid.uuid4().hex
    write_text(_KEY, f"{key} {_INPUTS_FOLLOW}" if inputs_follow else key)


@contextlib.contextmanager
def stage(name: str, settings: Settings) -> Iterator[StageLog]:
    """Log a stage as a nested run with the settings it could read, its metrics, artefacts and the state of the code.

    A stage that fails is logged as failed; the exception goes on.
    """
    runtime.prepare(threads=settings.runtime.threads)
    import mlflow  # a heavy import, only where a stage runs

    mlflow.set_tracking_uri(tracking_uri())
    mlflow.set_experiment(EXPERIMENT)
    log = StageLog()
    state = _code_state()
    with mlflow.start_run(run_id=_parent(mlflow)), mlflow.start_run(run_name=name, nested=True):
        mlflow.set_tags(state)
        section = getattr(settings, _SECTIONS.get(name, name), None)
        params = section.model_dump(mode="json") if section is not None else {}
        mlflow.log_params({key: str(value)[:500] for key, value in params.items()})
        yield log
        if log.metrics:
            mlflow.log_metrics(log.metrics)
        for path in log.artefacts:
            mlflow.log_artifact(str(path))


def _parent(mlflow: Any) -> str:
    key = _KEY.read_text(encoding="utf-8").split()[0] if _KEY.is_file() else uuid.uuid4().hex
    found = mlflow.search_runs(
        experiment_names=[EXPERIMENT], filter_string=f"tags.`{_KEY_TAG}` = '{key}'", max_results=1, output_format="list"
    )
    if found:
        return found[0].info.run_id
    run = mlflow.start_run(run_name="pipeline", tags={_KEY_TAG: key, **_code_state()})
    mlflow.end_run()
    return run.info.run_id


def _code_state() -> dict[str, str]:
    state = {}
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    if commit.returncode == 0:
        dirty = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True, check=False
        )
        state["git_commit"] = commit.stdout.strip()
        state["git_dirty"] = str(bool(dirty.stdout.strip())).lower()
    for tag, name in (("uv_lock_sha256", "uv.lock"), ("dvc_lock_sha256", "dvc.lock"), ("params_sha256", "params.yaml")):
        if Path(name).is_file():
            state[tag] = sha256_file(Path(name))
    return state
