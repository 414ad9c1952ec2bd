"""The settings of ``params.yaml``, frozen and checked: an unknown or ill-typed key is an error that names it."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sentencing_ml.errors import SettingsError, raise_all

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class CorpusSettings(_Section):
    """Which judgments are read."""

    inputs: tuple[str, ...] = Field(min_length=1)
    strict: bool


class SimulationSettings(_Section):
    """The synthetic corpus with known truth."""

    judgments: Count
    seed: int
    confounding: Annotated[float, Field(ge=0, le=3)]
    planted_attribute: Literal["gender", "region", "counsel"] | None
    planted_effect: Annotated[float, Field(gt=-0.9, le=3)]


class IngestSettings(_Section):
    """Limits of what is read, and how duplicates are told."""

    max_megabytes: Annotated[float, Field(gt=0)]
    max_characters: Count
    mask_third_parties: bool
    near_duplicate_similarity: Share


class ExtractSettings(_Section):
    """How extraction is run."""

    workers: Count


class ValidateSettings(_Section):
    """When the data-quality report warns."""

    max_missing_share: Share
    block_excess: Share


class SplitSettings(_Section):
    """Shares by group of near-duplicates; the newest dated part is the test."""

    test_share: Share
    folds: Annotated[int, Field(ge=2, le=20)]
    instances: tuple[Literal["一审", "二审", "再审"], ...]
    seed: int


class TrainSettings(_Section):
    """LightGBM, the neutral label, the intervals and the abstention."""

    num_leaves: Annotated[int, Field(ge=2)]
    learning_rate: Share
    n_estimators: Count
    min_child_samples: Count
    reg_lambda: Annotated[float, Field(ge=0)]
    subsample: Annotated[float, Field(gt=0, le=1)]
    colsample: Annotated[float, Field(gt=0, le=1)]
    charge_threshold: Share
    prior_share: Annotated[float, Field(ge=0, le=1)]
    given: Annotated[float, Field(ge=0, le=1)]
    court_share: Share
    source_share: Share
    formula_below: Annotated[int, Field(ge=0)]
    shrink_ratio_cases: Annotated[float, Field(ge=0)]
    similar_min: Count
    interval_level: Share
    interval_min_group: Count
    seed: int
    exclude: tuple[str, ...]


class SearchSettings(_Section):
    """The declared space of hyper-parameters: names of ``train`` and the values that are tried."""

    grid: dict[str, Annotated[tuple[float | int, ...], Field(min_length=1)]] = Field(min_length=1)

    @field_validator("grid")
    @classmethod
    def _known(cls, grid: dict) -> dict:
        unknown = sorted(set(grid) - set(TrainSettings.model_fields))
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: no setting of train")
        return grid


class EvaluateSettings(_Section):
    """Bootstrap of the evaluation's intervals, and the comparisons for which it fits models of its own."""

    bootstrap: Count
    curve: tuple[Annotated[float, Field(gt=0, le=1)], ...]
    ablation: bool
    omission: bool
    text_baseline: bool
    shifted_years: bool
    seed: int


class CertifySettings(_Section):
    """How far the tests of the certificate go, and the verified cases and annotations that they are given."""

    edits: Count
    flips: Count
    rows: Annotated[int, Field(ge=200)]
    n: Annotated[int, Field(ge=500)]
    held_out: Annotated[int, Field(ge=100)]
    charges: tuple[str | None, ...]
    confounding: tuple[Annotated[float, Field(ge=0, le=3)], ...]
    missed: tuple[Annotated[float, Field(ge=0, lt=1)], ...]
    seeds: tuple[int, ...]
    clean_cases: str | None
    annotations: str | None
    bootstrap: Count
    seed: int


class ExplainSettings(_Section):
    """How many cases the stage explains, and against what."""

    sample: Count
    background: Count
    similar: Count
    what_if_threshold: Share
    seed: int


class Family(_Section):
    """Measures whose tests are adjusted together, and the false discovery rate that is held over them."""

    measures: tuple[str, ...] = Field(min_length=1)
    rate: Share


class AuditCertificateSettings(_Section):
    """Audits of simulated and resampled data with a known difference, behind the certificate of the audit."""

    sizes: tuple[Annotated[int, Field(ge=200)], ...] = Field(min_length=1)
    repeats: Count
    effect: Share


class AuditSettings(_Section):
    """Groups, statistics and disclosure limits of the audit."""

    attributes: tuple[str, ...] = Field(min_length=1)
    level: Share
    bootstrap: Count
    tolerance: Share
    suppress_below: Count
    verdict_from: Count
    equivalence: Share
    families: dict[str, Family] = Field(min_length=1)
    margins: dict[str, Share]
    permutations: Count
    swaps: Count | None
    annotations: str | None
    certificate: AuditCertificateSettings
    seed: int

    @field_validator("families")
    @classmethod
    def _declared_once(cls, families: dict[str, Family]) -> dict[str, Family]:
        named = [measure for family in families.values() for measure in family.measures]
        twice = sorted({measure for measure in named if named.count(measure) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)}: in more than one family")
        return families

    def family_of(self, measure: str) -> Family:
        """Return the family in which ``measure`` is declared; KeyError where it is in none."""
        for family in self.families.values():
            if measure in family.measures:
                return family
        raise KeyError(measure)

    def margin(self, measure: str) -> float:
        """Return the largest difference of ``measure`` that counts as none: its own, else the share ``equivalence``."""
        return self.margins.get(measure, self.equivalence)


class MonitorCertificateSettings(_Section):
    """Simulated judges behind the certificate of the monitor."""

    judges: Annotated[int, Field(ge=20)]
    cases: Annotated[int, Field(ge=100)]
    seed: int


class MonitorSettings(_Section):
    """Simulated judges whose entries fill the ledger of the bundled run, the monthly sample, and the certificate."""

    judges: Count
    entries: Count
    review_seed: int
    certificate: MonitorCertificateSettings
    seed: int


class Gate(_Section):
    """A bound that a metric, ``<report>.<figure>``, must hold before a model is promoted."""

    metric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[^.\s]+)+$")]
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> "Gate":
        if self.at_least is None and self.at_most is None:
            raise ValueError("a gate needs at_least or at_most")
        return self


class ReleaseSettings(_Section):
    """Name in the registry, alias, and the gates of promotion."""

    name: str
    alias: str
    gates: tuple[Gate, ...]


class RuntimeSettings(_Section):
    """Threads of every numeric library."""

    threads: Count


class Settings(_Section):
    """All of ``params.yaml``."""

    corpus: CorpusSettings
    simulation: SimulationSettings
    ingest: IngestSettings
    extract: ExtractSettings
    validate_: ValidateSettings = Field(alias="validate")
    split: SplitSettings
    train: TrainSettings
    search: SearchSettings
    evaluate: EvaluateSettings
    certify: CertifySettings
    explain: ExplainSettings
    audit: AuditSettings
    monitor: MonitorSettings
    release: ReleaseSettings
    runtime: RuntimeSettings


def load_settings(path: Path = Path("params.yaml")) -> Settings:
    """Read and check ``params.yaml``.

    Raises
    ------
    SettingsError
        The file is missing, is no YAML, or breaks the schema; every fault is listed with its dotted key.
    """
    if not path.is_file():
        raise SettingsError(
            f"{path}: not found. Run the command in the project's root, or name the file with --params."
        )
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise SettingsError(f"{path}{where}: not valid YAML in UTF-8. Correct the file.") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path}: holds no settings. Restore it from the repository.")
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        problems = [_problem(fault) for fault in error.errors(include_input=False, include_url=False)]
    raise_all(problems, error=SettingsError, heading=f"{path}: {len(problems)} setting(s) cannot be used:")
    raise AssertionError("unreachable: a validation error lists at least one fault")


def _problem(fault: dict) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{key}: unknown key; check the spelling or remove it"
    if fault["type"] == "missing":
        return f"{key}: missing; add it"
    return f"{key}: {fault['msg'][0].lower()}{fault['msg'][1:]}"
