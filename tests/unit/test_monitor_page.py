"""The pages of the monitor: every state of a court and of a judge, their words, and what they must never say."""

import json
import math
import re
import shlex
from importlib.resources import files
from pathlib import Path

import example_monitor as example
import jsonschema
import pytest
import yaml
from audit_words import FORBIDDEN, section, words
from typer.main import get_command

from sentencing_ml.cli import app
from sentencing_ml.monitor.alerts.alerts import STATES
from sentencing_ml.monitor.alerts.alerts import words as alert_words
from sentencing_ml.monitor.detection.blind_stage import asks_note
from sentencing_ml.monitor.report import page_certificate, page_judge, page_text, page_words
from sentencing_ml.monitor.report.case_rows import reporting
from sentencing_ml.monitor.report.page import court_page, judge_page

COURTS = {"full": example.court, "empty": example.empty_court, "one": example.one_judge, "broken": example.broken}
JUDGES = {"alerts": example.judge, "new": example.new_judge, "calm": example.calm_judge}
PAGES = {**{name: (court_page, make) for name, make in COURTS.items()}, **{name: (judge_page, make) for name, make in JUDGES.items()}}

SCHEMA = json.loads((files("sentencing_ml.monitor") / "report" / "schema.json").read_text(encoding="utf-8"))
RANKED = re.compile(r"排名|排行|名次|最佳|最差|优秀|落后|得分|打分|评分|分数|等级|league|\brank", re.IGNORECASE)
DENIED = re.compile(r"没有分数|没有排名|不含任何排名|不作任何排名|不给任何法官打分|不是排名")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;\u202e"


@pytest.fixture(scope="module", params=PAGES)
def html(request):
    render, make = PAGES[request.param]
    return render(make())


def section_html(html, anchor):
    return re.search(rf'<section aria-labelledby="{anchor}".*?</section>', html, re.DOTALL)[0]


def test_every_section_stands_in_its_order(html):
    headings = page_words.OWN if 'id="now"' in html else page_words.SECTIONS
    assert re.findall(r'<h2 id="(\w+)">', html) == list(headings)
    assert re.findall(r'<h2 id="\w+">([^<]+)</h2>', html) == list(headings.values())


def test_what_is_unknown_is_told_in_words(html):
    text = words(html)
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b|Undefined|True|False", text)


def test_nobody_is_ranked_marked_or_called_biased(html):
    text = DENIED.sub("", words(html))
    assert not RANKED.search(text) and not FORBIDDEN.search(text)


@pytest.mark.parametrize("make", COURTS.values(), ids=COURTS)
def test_the_court_reads_first_that_nothing_here_is_a_figure_of_performance(make):
    text = words(court_page(make()))
    assert text.index("不是业绩指标，没有排名") < text.index(page_words.SECTIONS["glance"])


def test_judges_stand_in_the_order_of_their_pseudonyms():
    html = court_page(example.court())
    for anchor in ("judges", "alerts", "monthly"):
        found = re.findall(r"J-[0-9a-f]{12}", section(html, anchor))
        assert found and found == sorted(found), anchor


def test_a_broken_ledger_is_told_before_every_figure():
    content = example.broken()
    text = words(court_page(content))
    assert text.index("台账不可信") < text.index(page_words.SECTIONS["glance"])
    assert "811" in section(court_page(content), "ledger") and "不符" in section(court_page(content), "ledger")
    content["ledger"]["breaks"] *= 50
    assert "另有 30 处" in section(court_page(content), "ledger")
    own = example.judge() | {"reliable": False}
    assert words(judge_page(own)).index("台账目前不可信") < words(judge_page(own)).index(page_words.OWN["now"])


def test_alerts_that_the_court_may_not_see_yet_are_counted_and_not_listed():
    content = example.court()
    text = section(court_page(content), "alerts")
    assert "其中 1 项，本人尚未查看" in text and text.count("待本人查看") == 1  # the heading of its column
    assert "预警 4 项，其中 1 项" in section(court_page(content), "glance")


@pytest.mark.parametrize(("render", "make"), [(court_page, example.court), (judge_page, example.judge)])
def test_simulated_entries_are_told_as_such(render, make):
    assert "由程序模拟" in words(render(make() | {"simulated": True})) and "由程序模拟" not in words(render(make()))


@pytest.mark.parametrize(("render", "make", "times"), [(court_page, example.court, 20), (judge_page, example.judge, 2)])
def test_hostile_names_are_text(render, make, times):
    html = render(make(HOSTILE))
    assert "<script>" not in html and "<img" not in html
    assert html.count("&lt;script&gt;alert(1)") >= times


def test_a_judges_page_shows_no_other_judge():
    content = example.judge()
    assert set(re.findall(r"J-[0-9a-f]{12}", judge_page(content))) == {content["judge"]}


def test_what_a_judge_wrote_is_never_shown():
    court, own = example.court(), example.judge()
    for row in (*court["alerts"]["list"], *court["weekly"]["departures"]["rows"], *own["alerts"]):
        row |= {"text": "被害人先动手", "reason": "被害人先动手"}
    own["alerts"][2]["note"] |= {"text": "被害人先动手"}
    assert "被害人先动手" not in court_page(court) + judge_page(own)


def test_plain_words_come_before_charts_and_each_open_alert_says_what_it_does_not():
    html = judge_page(example.judge())
    now = section(html, "now")
    assert now.index("有 2 项预警还没有了结") < now.index(page_words.STATES["先估后看中"]) < now.index("统计量")
    for kind in ("A1", "A2"):
        assert page_words.ALERTS[kind] in now and page_words.ALERTS_NOT[kind] in now
    assert "<svg" not in html[: html.index('id="charts"')].split("</head>")[1]
    assert "sentencing alerts answer" in now and "`" not in now


def test_a_past_alert_is_one_line_and_asks_nothing():
    html = judge_page(example.calm_judge() | {"alerts": example.judge()["alerts"][2:]})
    now = section(html, "now")
    assert "没有要处理的预警" in now and "以前的预警" in now and page_words.ALERTS["A1"] not in now
    assert "异议" in section(html, "limits")  # how to object stands there where nothing is open


def test_every_state_kind_and_chart_has_words():
    assert set(page_words.STATES) == set(STATES) and set(STATES) >= page_words.CLOSED
    assert set(page_words.ALERTS) == set(page_words.ALERTS_NOT) == set(alert_words()["names"])
    seconds = {second for _, second in page_judge.TOGETHER.values()}
    assert set(page_words.CHARTS) | seconds == set(reporting()["charts"])
    assert {kind for kind, told in page_words.CHARTS.items() if "second" in told} == set(page_judge.TOGETHER)


@pytest.mark.parametrize("verdict", page_words.VERDICTS)
def test_a_verdict_says_whether_a_reason_is_asked(verdict):
    assert ("不要求说明" in page_words.VERDICTS[verdict]) is not asks_note("A1", verdict)


def test_a_chart_that_cannot_be_read_is_not_drawn():
    html = judge_page(example.judge())
    charts = html[html.index('id="charts"') : html.index('id="pattern"')]
    assert 'id="draw-A3-title"' not in charts and 'id="draw-A1-title"' in charts
    assert "还差 14 件" in section(html, "charts")
    assert "<svg" not in judge_page(example.new_judge())


def test_below_the_cases_from_which_figures_are_shown_no_line_is_one():
    html = judge_page(example.calm_judge() | {"pattern": None})
    assert 'id="draw-trend-title"' not in html and "EWMA" not in section(html, "charts")
    assert 'id="draw-trend-title"' in judge_page(example.calm_judge())


def test_charts_stand_as_figures_too():
    content = example.judge()
    text = section(judge_page(content), "charts")
    values = [value for value in content["charts"][0]["values"][:34] if value is not None]
    assert f"第 1 至 34 件 {max(values):.1f}" in re.sub(r"\s+", " ", text)
    assert re.search(r"界限\s+6\.0\s+9\.9", text)


def test_a_new_beginning_is_marked_only_where_no_crossing_made_it():
    chart = example.chart("A1", 12, rises=0, threshold=1.0) | {
        "values": [0.5, 1.2, None, None, 0.1, 0.2, 0.3], "resets": [0, 4, 6], "alerts": [{"index": 1, "direction": None}],
    }  # fmt: skip
    assert page_judge._restarts(chart) == [6]


@pytest.mark.parametrize(
    ("figure", "text", "under", "why"),
    [
        (None, "不公布", "", "withheld"),
        (example.unknown(4, 26), "不可评估", "还差 26 件", "too few cases"),
        (example.share(40, 0.31), "31%", "26% 至 36%，40 件", "its own number of cases, which is not the row's"),
        (example.share(60, 0.31), "31%", "26% 至 36%", "the row says how many"),
        (example.share(60, 0.31) | {"low": None, "high": None}, "31%", "无区间", "two judges have no interval"),
    ],
)
def test_no_figure_stands_alone(figure, text, under, why):
    assert page_text.cell(figure, page_text.whole, beside=60) == {"text": text, "under": under}, why


def test_a_drawn_share_stays_within_its_axis_and_is_told():
    lane = page_text.lane("一层", {"n": 9, "value": 1.0, "low": 0.9, "high": 1.0000001, "needed": 0}, expected=0.95)
    assert lane["high"] == 1.0 and lane["spoken"] == "一层：100%，90% 至 100%，预期至多 95%"
    assert page_text.lane("一层", None)["value"] is None


def test_log_ratios_are_written_as_shares():
    assert page_text.size(math.log(1.2)) == "20.0%" and page_text.signed_size(math.log(0.8)) == "-20.0%"
    assert page_text.signed_size(-1e-12) == "0%"


def test_a_long_week_is_cut_and_says_so():
    content = example.court()
    text = section(court_page(content), "weekly")
    assert "另有 10 件" in text and content["weekly"]["departures"]["rows"][59]["case"] in text
    assert content["weekly"]["departures"]["rows"][60]["case"] not in text


def test_strata_that_tell_nothing_are_folded_and_those_withheld_are_counted_alone():
    html = court_page(example.court())
    text = section(html, "pattern")
    assert "8 层可评估" in text and "危险驾驶罪" not in text and "故意伤害罪" not in text
    assert "另有 1 层不可评估" in text and "1 层件数太少、不公布" in text


def test_strata_stand_in_their_order_those_with_most_cases_drawn():
    content = example.court()
    content["court"]["strata"] = [example.stratum(f"第{place}层 · 盗窃罪 · 认罪认罚", 30 + (place * 37) % 101) for place in range(90)]
    html = court_page(content)
    drawn = html[html.index('id="strata"') : html.index("</figure>", html.index('id="strata"'))]
    shown = [int(place) for place in re.findall(r'<th scope="row">第(\d+)层', drawn)]
    listed = [int(place) for place in re.findall(r'<th scope="row">第(\d+)层', section_html(html, "pattern"))][len(shown) :]
    n = {place: 30 + (place * 37) % 101 for place in range(90)}
    assert shown == sorted(shown) and listed == sorted(listed) and not set(shown) & set(listed)
    assert min(n[place] for place in shown) >= max(n[place] for place in listed)


def test_a_judges_strata_without_a_share_are_counted_by_reason():
    text = section(judge_page(example.judge()), "strata")
    assert "件数不足：1 层" in text and "诈骗罪" not in text and "连续 12 件一致才到界限" in text


def test_without_a_certificate_nothing_may_be_asked_and_a_stale_one_says_so():
    assert "没有可用的证书" in section(court_page(example.empty_court()), "certificate")
    assert "没有可用的证书" in section(judge_page(example.new_judge()), "certificate")
    assert "应当重做证书" in section(court_page(example.one_judge()), "certificate")
    stale = example.judge() | {"certificate": example.certificate(stale=True)}
    assert "不得据以要求您说明" in section(judge_page(stale), "certificate")
    failed = {"version": 1, "status": "not_run", "stale": True, "why": "证书属于另一版本。", "figures": {}}
    assert "证书属于另一版本。" in section(court_page(example.court() | {"certificate": failed}), "certificate")
    assert page_certificate.certificate_page(failed) is page_certificate.own_certificate(failed) is None


def test_the_certificate_stands_beside_plain_rules():
    text = section(court_page(example.court()), "certificate")
    assert text.index("本监测") < text.index("长期趋零") < text.index("通常会想到的规则") < text.index("字面规则：30 件平均修正在 ±2% 以内")
    assert "误报 442（309 至 575）次" in text


@pytest.mark.parametrize(
    ("rate", "written", "years", "why"),
    [
        (example.rate(0.5), "0.50（0.35 至 0.65）", "约 200 年", "half an alarm in 100 years"),
        (example.rate(442.0), "442（309 至 575）", "约 0.2 年", "more than one a year"),
        (example.rate(0.0), "0（至多 0.03）", "超过 3,333 年", "none was seen: the rule of three bounds it"),
        (None, "—", "—", "not measured"),
    ],
)
def test_a_rate_is_written_with_its_interval_and_as_years(rate, written, years, why):
    assert page_certificate.rate(rate) == written, why
    assert page_certificate._years(rate) == years, why


def test_a_judges_page_of_400_cases_is_small():
    assert len(judge_page(example.judge()).encode("utf-8")) <= 150_000


@pytest.mark.parametrize("make", [make for _, make in PAGES.values()], ids=PAGES)
def test_the_examples_have_the_form_of_the_schema(make):
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(make())))


def emptied(value, schema):
    """Return a value with null wherever the schema allows it."""
    schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    kinds = schema.get("anyOf") or schema.get("oneOf") or [schema]
    if value is None or any(part.get("type") == "null" or "null" in (part.get("type") or ()) or None in part.get("enum", ()) for part in kinds):
        return None
    if isinstance(value, dict):
        named, other = schema.get("properties", {}), schema.get("additionalProperties", {})
        return {key: emptied(item, named.get(key, other if isinstance(other, dict) else {})) for key, item in value.items()}
    if isinstance(value, list):
        return [emptied(item, schema.get("items", {})) for item in value]
    return value


@pytest.mark.parametrize("name", ["court", "judge"])
def test_what_may_be_unknown_is_told_in_words_and_breaks_nothing(name):
    render, make = {"court": (court_page, example.court), "judge": (judge_page, example.judge)}[name]
    content = emptied(make(), SCHEMA["$defs"][name])
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(content)))
    assert not re.search(r"\bNone\b|\bnan\b", words(render(content)))


DOCUMENTATION = Path(__file__).parents[2] / "docs" / "monitor.md"


def test_the_documentation_names_every_key_of_the_reports_and_no_other():
    text = DOCUMENTATION.read_text(encoding="utf-8")
    text = text[text.index("## Keys of the report") :]
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == set(SCHEMA["$defs"]["court"]["required"])
    own = set(re.findall(r"`(\w+)`", text[text.index("A judge's file") :]))
    assert own | {"definitions", "ledger", "period", "limits", "certificate"} | own_keys(text) == set(SCHEMA["$defs"]["judge"]["required"])


def own_keys(text):
    """Return the keys of the first row of the table, which both files have."""
    return set(re.findall(r"`(\w+)`", next(line for line in text.splitlines() if line.startswith("| `version`")).split("|")[1]))


def test_commands_of_the_documentation_are_known_to_the_command_line():
    lines = [line.split("#")[0] for line in DOCUMENTATION.read_text(encoding="utf-8").splitlines() if line.startswith("sentencing ")]
    assert len(lines) >= 6
    for line in lines:
        found, *rest = shlex.split(line)[1:]
        command = get_command(app).commands[found]
        if hasattr(command, "commands"):
            command = command.commands[rest.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options, line


def test_settings_and_numbers_of_the_documentation_exist():
    text = DOCUMENTATION.read_text(encoding="utf-8")
    params = yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8"))
    assert re.findall(r"-S ([\w.]+)=", text) == ["monitor.certificate.judges"] and "judges" in params["monitor"]["certificate"]
    rules = example.numbers()
    for number in (
        f"next {rules['stage_two']['cases']} suitable", f"at least {rules['stage_two']['near']} of {rules['stage_two']['cases']}",
        f"at least {rules['stage_two']['informative']} own estimates", f"more than {rules['detectors']['a4']['band']:.0%} from".replace("%", " %"),
        f"first {rules['detectors']['a3']['baseline_cases']} cases", f"fewer than {rules['reference']['size']:,} reference",
        f"p0 above {rules['reference']['not_assessable_above']}", f"logit m + {rules['reference']['margin']}",
        f"A judge-year is {rules['detectors']['judge_year']} cases", f"max({rules['coincidence_months']} month, 5 % of S)",
    ):  # fmt: skip
        assert number in text, number
