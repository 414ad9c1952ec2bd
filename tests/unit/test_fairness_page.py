"""The page of the audit: every section with figures, silent, and missing; its words; its drawings."""

import copy
import itertools
import json
import re
import shlex
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml
from audit_words import EXPLORATORY, FORBIDDEN, VERDICT_LIKE, section, words
from example_audit import OPTIONAL, bare, each_measure, example, group, silent
from typer.main import get_command

from sentencing_ml.cli import app
from sentencing_ml.fairness.report import drawings, text
from sentencing_ml.fairness.report import words as page_words
from sentencing_ml.fairness.report.back import commands
from sentencing_ml.fairness.report.drawings import Row, Tile
from sentencing_ml.fairness.report.page import page
from sentencing_ml.law import places
from sentencing_ml.packaged import read_yaml

PACKAGE = files("sentencing_ml.fairness")
TEMPLATES = [item for item in (PACKAGE / "templates").iterdir() if item.name.startswith("audit")]


def test_every_part_of_the_outline_stands_in_its_order_with_figures_and_without():
    for content in (example(), silent(), bare()):
        found = re.findall(r'<h2 id="([^"]+)"', page(content))
        assert found == list(page_words.SECTIONS)


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_section_that_is_missing_or_silent_says_so_and_why(name):
    content = example()
    content.pop(name, None)
    assert "nan" not in words(page(content)).lower()
    content[name] = {"status": "cannot_say", "why": "因为只有一个法院<b>。"}
    html = page(content)
    if name in page_words.PARTS:
        assert "因为只有一个法院<b>。" in section(html, page_words.PARTS[name][1])
        assert "因为只有一个法院<b>。" in section(html, "verdict")


def test_silent_content_prints_no_interval_and_no_verdict_but_one():
    for content in (silent(), bare()):
        text = words(page(content))
        assert "没有一项比较达到给出判断所需的件数" in text
        assert not re.search(r"[%点]\s*至\s*[+-]", text)
        found = section(page(content), "verdict")
        assert "≠" not in found and "=" not in found and "?" in found
        assert "None" not in text and "nan" not in text.lower()


def test_the_first_page_has_a_word_a_mark_and_a_detectable_difference_in_every_cell():
    content = example()
    table = re.search(r'<table class="verdicts">.*?</table>', page(content), re.DOTALL)[0]
    cells = [words(cell) for cell in re.findall(r"<td>(.*?)</td>", table, re.DOTALL)]
    assert len(cells) == 3 * 6  # attributes by objects
    for cell in cells:
        assert re.search(r"≠\s+有差异|=\s+等效|\?\s+不能判断", cell) and re.search(r"MDE [\d.]+%|全部未知|没有检验", cell), cell
    assert "≠ 有差异" in " ".join(cells[0].split()) and "≠ 有差异" in " ".join(cells[5].split())  # O0 and O4 of gender
    assert "没有检验" in cells[12] and "没有检验" in cells[17]  # O0 and O4 of the provinces
    assert "文化程度（O1 判决）：高中、中专 +8.0%" in section(page(content), "verdict")


def test_an_attribute_that_cannot_be_compared_says_why_once_and_keeps_what_other_sections_found():
    content = example()
    silent_one = {"verdict": "不能判断", "reason": "各组均不足 100 件", "detectable": None}
    for name in ("gender", "province"):
        content["attributes"][name] |= {"why": "各组均不足 100 件", "verdicts": dict.fromkeys(content["measures"], silent_one)}
    table = re.search(r'<table class="verdicts">.*?</table>', page(content), re.DOTALL)[0]
    gender, _, province = (words(row).split() for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)[1:])
    assert gender.count("有差异") == 2 and gender.count("不能判断") == 4  # O0 and O4; O1, O2, amplification, O3
    assert province == ["省份", "不能判断", "各组均不足", "100", "件"]


def test_differences_beyond_the_first_ten_are_counted_and_not_listed():
    content = example()
    one = content["attributes"]["education"]
    content["attributes"] = {f"a{place}": copy.deepcopy(one) for place in range(13)}
    assert "另有 3 处，见各节。" in section(page(content), "verdict")


def test_the_page_is_the_same_from_the_content_and_from_its_file():
    content = example()
    assert page(json.loads(json.dumps(content, sort_keys=True))) == page(content)
    found = re.findall(r'<tr><th scope="row">([^<]+)</th><td>', re.search(r'<table class="verdicts">.*?</table>', page(content), re.DOTALL)[0])
    assert found == ["性别", "文化程度", "省份"]


def test_every_declared_family_stands_with_its_tests_those_of_the_corrections_too():
    lines = re.findall(r"<tr>.*?</tr>", re.search(r"<caption>事先声明的检验族.*?</table>", page(example()), re.DOTALL)[0], re.DOTALL)
    shown = {cells[0]: cells[2:] for cells in ([words(cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", line)] for line in lines[1:])}
    assert set(shown) == {"主要检验", "建议本身", "尾部与校准", "法官修正", "提取"}
    assert shown["主要检验"] == ["3.5%", "40", "1", "25", "14"] and shown["法官修正"] == ["0.5%", "1", "1", "0", "0"]


def test_with_a_year_it_is_the_yearly_report():
    assert "差异化影响报告（2023 年）" in page(example() | {"year": 2023})
    assert "差异化影响报告" not in page(example())


def test_text_from_data_is_text_everywhere():
    html = page(example(mark="<i>&"))
    assert "<i>" not in html and "&lt;i&gt;&amp;" in html


def test_a_group_between_thirty_and_the_limit_has_an_interval_and_no_verdict():
    lines = re.findall(r"<tr><th scope=\"row\">未知.*?</tr>", page(example()), re.DOTALL)
    forest = [words(line) for line in lines if "MDE" in line and "lane" in line]
    assert forest and all("件数不足" in line and not re.search("有差异|等效|不能判断", line) for line in forest)


def test_an_estimate_without_interval_says_so():
    html = page(example())
    line = next(words(line) for line in re.findall(r"<tr><th scope=\"row\">大专及以上.*?</tr>", html, re.DOTALL) if "lane" in line)
    assert "+2.0%" in line and "无区间" in line and "至" not in line.replace("无区间", "")


def test_templates_and_words_use_the_words_of_the_house():
    """No finding is called 偏见, nothing is said to be fair or correct, and no verdict beside the three."""
    texts = [item.read_text(encoding="utf-8") for item in [*TEMPLATES, *(PACKAGE / "report" / name for name in SOURCES)]]
    for written in texts:
        assert FORBIDDEN.findall(written) == []
        assert VERDICT_LIKE.findall(written) == []


SOURCES = ["page.py", "words.py", "front.py", "objects.py", "search.py", "back.py", "text.py"]


def test_verdict_words_of_the_page_are_the_three():
    found = set(re.findall(r'<span class="tag tag-[^"]*">(?:<span aria-hidden="true">.</span> )?([^<]+)</span>', page(example())))
    assert found <= {"有差异", "等效", "不能判断", "件数不足", "已测量", "未运行", "值得查看", "训练期内", "训练之后"}


@pytest.mark.parametrize("name", EXPLORATORY)
def test_an_exploratory_section_gives_no_verdict(name):
    text = section(page(example()), name)
    assert "有差异" not in text and "等效" not in text


def test_every_drawing_has_its_four_lines():
    html = page(example())
    figures = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    assert len(figures) >= 8
    for drawn in figures:
        assert re.findall(r"<dt>(.*?)</dt>", drawn)[-4:] == ["一眼", "说明什么", "怎么读", "怎么办"]
        assert all(len(line) > 5 for line in re.findall(r"<dd>(.*?)</dd>", drawn, re.DOTALL)[-4:])


def test_tiles_are_the_provinces_of_the_law_each_in_a_place_of_its_own():
    content = read_yaml("fairness", "report/tiles.yaml")
    assert set(content["tiles"]) == {province.short for province in places.provinces()}
    assert set(content["courts_of_their_own"]) == {"台湾", "香港", "澳门"}
    spots = [tuple(spot) for part in ("tiles", "courts_of_their_own") for spot in content[part].values()]
    assert len(set(spots)) == len(spots)
    assert all(0 <= column < content["columns"] and 0 <= row < content["rows"] for column, row in spots)


def test_neighbours_on_land_are_near_on_the_grid():
    """A sample of borders; squares cannot keep all of them side by side."""
    spots = read_yaml("fairness", "report/tiles.yaml")["tiles"]
    for first, second in [("河北", "河南"), ("江苏", "上海"), ("湖南", "湖北"), ("吉林", "辽宁"), ("四川", "云南"), ("广西", "广东"), ("陕西", "甘肃")]:
        assert max(abs(a - b) for a, b in zip(spots[first], spots[second], strict=True)) <= 1


def test_a_tile_tells_its_verdict_without_colour_and_a_withheld_one_nothing():
    grid = drawings.tile_grid(
        {"河南": Tile(value=0.08, word="有差异", n=120), "河北": Tile(value=None, word="", n=None, withheld=True)}, name="x", spoken="x"
    )
    tiles = {tile["name"]: tile for tile in grid["tiles"]}
    assert len(tiles) == 34
    assert (tiles["河南"]["kind"], tiles["河南"]["mark"], tiles["河南"]["value"]) == ("different", "≠", "+8%")
    assert (tiles["河北"]["kind"], tiles["河北"]["mark"], tiles["河北"]["value"]) == ("hatched", "", "")
    assert "不公布" in tiles["河北"]["title"] and tiles["山东"]["kind"] == "empty" and tiles["台湾"]["kind"] == "apart"


def test_a_forest_keeps_its_axis_within_reach_and_its_margin_in_ratio():
    figure = {"estimate": 0.06, "low": -0.01, "high": 0.13, "detectable": 0.09}
    drawn = drawings.forest([("性别", [Row(label="女", n=116, figure=figure, word="不能判断")]), ("空", [])], margin=0.05)
    assert (drawn["low"], drawn["high"]) == (-0.2, 0.2) and drawn["band"] == pytest.approx((-1 / 21, 0.05))
    assert [block["name"] for block in drawn["blocks"]] == ["性别"]
    wide = {"estimate": 2.0, "low": -0.9, "high": 9.0, "detectable": None}
    assert drawings.forest([("a", [Row(label="b", n=1, figure=wide, word="x")])], margin=None)["high"] == 0.5


def test_every_province_with_a_figure_is_on_the_grid_and_unknown_is_told_beside_it():
    html = page(example())
    text = section(html, "labels")
    assert "示意格网，非地图" in text and "省份未知 61 件" in text
    marks = dict(zip(re.findall(r'class="tile-name[^"]*"[^>]*>([^<]+)<', html), itertools.count(), strict=False))
    assert {"河南", "黑龙江", "台湾"} <= set(marks)


SCHEMA = json.loads((PACKAGE / "report" / "schema.json").read_text(encoding="utf-8"))
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "audit.md"


def test_the_examples_have_the_form_of_the_schema_and_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.validate(example())
    validator.validate(example(mark="<i>"))
    broken = example()
    broken["attributes"]["gender"]["groups"][1]["tests"]["labels"]["verdict"] = "没有差异"
    broken["swap"].pop("moved")
    broken["more"] = 1
    assert len(list(validator.iter_errors(broken))) == 3


def emptied(value, schema):
    """Return a value with null wherever the schema allows it, lists and objects included."""
    schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    if "anyOf" in schema:
        kinds = [part for part in schema["anyOf"] if part.get("type") != "null"]
        if len(kinds) < len(schema["anyOf"]):
            return None
        schema = kinds[0]
    if value is None or "null" in (schema.get("type") or ()) or None in schema.get("enum", ()):
        return None
    if isinstance(value, dict):
        named, other = schema.get("properties", {}), schema.get("additionalProperties", {})
        return {key: emptied(item, named.get(key, other if isinstance(other, dict) else {})) for key, item in value.items()}
    if isinstance(value, list):
        return [emptied(item, schema.get("items", {})) for item in value]
    return value


def test_what_may_be_unknown_is_a_dash_and_breaks_nothing():
    content = emptied(example(), SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    assert content["attributes"]["gender"]["groups"][1]["tests"]["labels"]["estimate"] is None and content["overall"]["mae"] is None
    text = words(page(content))
    assert "None" not in text and "nan" not in text.lower()


@pytest.mark.parametrize("name", ["proxies", "virtual_judges", "overrides", "extraction", "swap", "intersections", "mitigation"])
def test_a_measured_section_with_nothing_in_it_stands_empty(name):
    """No attribute could be compared, no edit applied, no cell listed: lists and mappings are empty."""
    content = example()
    section_of = content[name]
    content[name] = {key: type(value)() if isinstance(value, list) or key == "attributes" else value for key, value in section_of.items()}
    assert "None" not in words(page(content))


def test_the_documentation_names_every_key_of_the_report_and_no_other():
    text = DOCUMENTATION.read_text(encoding="utf-8")
    table = text[text.index("## Keys of the report") :]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == set(SCHEMA["required"])


def test_commands_of_the_page_and_the_documentation_are_known_to_the_command_line():
    known = get_command(app).commands
    lines = [line.split("#")[0] for line in DOCUMENTATION.read_text(encoding="utf-8").splitlines() if line.startswith("sentencing ")]
    told = [*lines, *(command for content in (example(), bare() | {"year": 2024}) for _, command in commands(content) if command.startswith("sentencing "))]
    assert len(told) >= 8 and any("--year 2024" in command and "--no-split" in command for command in told)
    for command in told:
        name, *rest = shlex.split(command)[1:]
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options, command


def test_settings_named_in_the_documentation_exist():
    """Of every -S of its commands, and of every audit.… in its text."""
    text = DOCUMENTATION.read_text(encoding="utf-8")
    params = yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8"))
    named = {*re.findall(r"-S '?([\w.]+)=", text), *re.findall(r"`(audit\.[a-z.]+)", text)} - {"audit.json"}
    assert {"audit.certificate.repeats", "audit.swaps", "audit.annotations"} <= named
    for path in named:
        found = params
        for part in path.split("."):
            assert part in found, path
            found = found[part]


def test_groups_of_other_sizes_do_not_break_the_page():
    content = example()
    content["attributes"]["gender"]["groups"] = [group("男", 9, status="suppressed"), group("女", 200, each_measure("有差异"))]
    content["attributes"]["gender"]["n"] = None
    assert "不公布" in section(page(content), "data")
    content["attributes"] = {}
    assert "没有属性" in section(page(content), "verdict")


def test_a_difference_that_would_have_to_be_a_doubling_is_given_no_digits():
    assert text.detectable({"detectable": 0.265}) == "26.5%"
    assert text.detectable({"detectable": 471584.9}) == ">100%"
    assert text.detectable({"detectable": None}) == "—"
    assert text.detectable({"detectable": 0.03}, scale="points") == "3.0 点"
    assert text.detectable({"detectable": 55.1}, scale="points") == ">100.0 点"
    assert text.detectable({"detectable": None}, scale="points") == "—"
