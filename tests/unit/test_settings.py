from pathlib import Path

import pytest
import yaml

from sentencing_ml.errors import SettingsError
from sentencing_ml.settings import load_settings

PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"


@pytest.fixture
def content():
    return yaml.safe_load(PARAMS.read_text(encoding="utf-8"))


def write(tmp_path, content):
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_the_project_s_own_settings_are_valid():
    assert load_settings(PARAMS).split.folds >= 2


def test_every_fault_is_listed_with_its_key(tmp_path, content):
    content["train"]["num_leafs"] = 31
    content["split"]["test_share"] = 2
    content["monitor"]["judges"] = "many"
    del content["release"]["name"]
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, content))
    message = str(caught.value)
    assert "4 setting(s) cannot be used" in message
    assert "train.num_leafs: unknown key; check the spelling or remove it" in message
    assert "split.test_share: input should be less than 1" in message
    assert "monitor.judges: input should be a valid integer" in message
    assert "release.name: missing; add it" in message


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(SettingsError, match="not found. Run the command in the project's root"):
        load_settings(tmp_path / "params.yaml")


def test_broken_yaml_names_the_line(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("train:\n  seed: [1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"line \d+: not valid YAML"):
        load_settings(path)


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load_settings(PARAMS).train.seed = 1
