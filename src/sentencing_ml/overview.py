"""The first page of a run: for each reader what to open and which command to run, the cases, and the figures.

A report that is missing is said to be missing; nothing is computed here.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sentencing_ml import layout
from sentencing_ml.explanation import case_list
from sentencing_ml.judgments.quarantine import reasons
from sentencing_ml.rendering import number, percent, render, script_hash
from sentencing_ml.storage import read_json, write_text

REPORTS = {
    "ingest": layout.INGEST_REPORT,
    "validation": layout.VALIDATION_REPORT,
    "evaluation": layout.EVALUATION_REPORT,
    "certificate": layout.CERTIFICATE_REPORT,
    "audit": layout.AUDIT_REPORT,
    "indicators": layout.INDICATORS_REPORT,
    "monitor": layout.MONITOR_REPORT,
    "release": layout.RELEASE_REPORT,
}


_VERSIONS = (
    ("model", "模型"), ("law", "法律数据"), ("registry", "因子表"), ("data", "数据"),
    ("params", "参数"), ("lock", "依赖"), ("code", "代码"), ("package", "程序"),
)  # fmt: skip


def overview(*, root: Path, index: Path = layout.INDEX) -> dict[str, float]:
    """Write ``index`` under ``root`` from what stands there; return how many reports and how many cases it names."""
    reports = {name: read_json(root / path) for name, path in REPORTS.items() if (root / path).is_file()}
    inputs = read_json(root / layout.INPUTS) if (root / layout.INPUTS).is_file() else None
    cases, n = case_list.read_list(root / layout.CASES)
    shown = case_list.shown(cases, n=n, folder=f"{_Pages(root, index).way(layout.CASES)}/")
    write_text(root / index, render("overview.html", content(reports, inputs, shown, root=root, index=index)))
    return {"reports": len(reports), "cases": n}


def content(
    reports: Mapping[str, Mapping[str, Any]],
    inputs: Sequence[Mapping[str, Any]] | None,
    cases: Mapping[str, Any],
    *,
    root: Path,
    index: Path,
) -> dict[str, Any]:
    """Return what the page shows: four readers, the cases, the headline figures, the inputs, and what was set aside."""
    pages = _Pages(root, index)
    ingest = reports.get("ingest", {})
    known = reasons()
    aside = [
        {
            "code": code,
            "zh": known[code].zh if code in known else code,
            "todo": known[code].todo_zh if code in known else "",
            "n": number(count),
        }
        for code, count in sorted(ingest.get("quarantined_by_reason", {}).items(), key=lambda item: (-item[1], item[0]))
    ]
    release = reports.get("release", {})
    return {
        "readers": _readers(pages),
        "cases": cases,
        "script_sha256": script_hash(case_list.SCRIPT),
        "figures": [figure for figure in _figures(reports) if figure["value"] is not None],
        "missing": [path.as_posix() for name, path in REPORTS.items() if name not in reports],
        "inputs": [
            {"path": entry["path"], "size": f"{entry['bytes'] / 1e6:,.2f} MB", "sha256": entry["sha256"][:16]}
            for entry in inputs or []
        ],
        "read": [
            {"what": zh, "n": number(ingest[key])}
            for key, zh in (
                ("read", "读到的记录"), ("kept", "采用"), ("exact_duplicates", "完全重复，略去"),
                ("near_duplicates", "近似重复，略去"), ("quarantined", "隔离"),
            )
            if key in ingest
        ],
        "aside": aside,
        "gates": [
            {
                "metric": gate["metric"],
                "value": number(gate["value"], digits=3),
                "bound": gate["bound"],
                "zh": "达到" if gate["holds"] else "未达到",
            }
            for gate in release.get("gates", [])
        ],
        "simulated": bool(reports.get("monitor", {}).get("simulated")),
        "versions": {zh: release["version"][name] for name, zh in _VERSIONS if name in release.get("version", {})},
    }  # fmt: skip


class _Pages:
    """Addresses of existing files, relative to the folder of the page."""

    def __init__(self, root: Path, index: Path) -> None:
        self._root, self._from = root, (root / index).parent

    def way(self, path: Path) -> str:
        return Path(os.path.relpath(self._root / path, self._from)).as_posix()

    def link(self, label: str, path: Path) -> dict[str, Any]:
        address = self.way(path) if (self._root / path).exists() else None
        return {"label": label, "href": address, "path": path.as_posix()}


def _readers(pages: _Pages) -> list[dict[str, Any]]:
    def html(path: Path) -> Path:
        return path.with_suffix(".html")

    return [
        {
            "zh": "法官",
            "does": "核对一案的事实与参考值",
            "pages": [pages.link("案件参考表目录", layout.CASES / "index.html")],
            "commands": [
                ("为一份判决书或起诉书写参考表，并写算法引用", "sentencing explain 文书.txt --citation"),
                ("先写下自己的估计，再看数值", "sentencing explain 文书.txt --blind --judge 姓名 --own-estimate 14"),
                ("看监测对自己提示了什么，下一步怎么办", "sentencing alerts show --judge 姓名"),
                ("假如某项事实不同", "sentencing what-if 文书.txt --set 犯罪数额=5万 --set role=从犯"),
                ("更正提取的事实：先写出", "sentencing explain 文书.txt --write-facts 事实.json"),
                ("改好后重算", "sentencing explain 文书.txt --facts 事实.json"),
            ],
        },
        {
            "zh": "审计人员",
            "does": "复核群体差异、修正偏离与发行包",
            "pages": [
                pages.link("模型证书", html(layout.CERTIFICATE_REPORT)),
                pages.link("差异审计报告", html(layout.AUDIT_REPORT)),
                pages.link("修正偏离监测报告", html(layout.MONITOR_REPORT)),
                pages.link("认罪认罚与量刑建议指标", html(layout.INDICATORS_REPORT)),
                pages.link("数据质量报告", html(layout.VALIDATION_REPORT)),
            ],
            "commands": [
                ("核对发行包的哈希与签名", f"sentencing verify {layout.BUNDLE}"),
                ("由模型重做审计", f"sentencing audit --model {layout.MODEL} --report {layout.AUDIT_REPORT}"),
                ("核对台账、签名根与见证文件", "sentencing ledger verify --witness 见证.jsonl --trust court.pub.pem"),
                ("重做监测的证书", "sentencing monitor --certify"),
            ],
        },
        {
            "zh": "数据科学家",
            "does": "换数据、调参数、比较各次运行",
            "pages": [
                pages.link("评估报告", html(layout.EVALUATION_REPORT)),
                pages.link("模型证书", html(layout.CERTIFICATE_REPORT)),
                pages.link("数据质量报告", html(layout.VALIDATION_REPORT)),
            ],
            "commands": [
                ("用自己的文书重跑全部阶段", 'make run INPUTS="data/raw"'),
                ("换一个参数试验", "dvc exp run -S train.num_leaves=15"),
                (
                    "与现用模型比较得失",
                    f"sentencing compare 现用模型 {layout.MODEL} --split {layout.SPLIT} "
                    f"-o {layout.COMPARISON_REPORT.with_suffix('.html')}",
                ),
                ("在 MLflow 中比较", "make ui"),
                ("看法官更正了哪些事实", "sentencing review"),
                ("把更正变成标注", "sentencing review --as annotation --texts 文书.jsonl -o 标注.jsonl"),
            ],
        },
        {
            "zh": "法院信息人员",
            "does": "批量预测，记录法官的录入",
            "pages": [
                pages.link("发行包", layout.BUNDLE),
                pages.link("修正台账", layout.LEDGER),
            ],
            "commands": [
                ("批量预测，中断后用同一命令续跑", "sentencing predict 文书.jsonl -o 结果.jsonl --jobs 2"),
                ("批量写参考表", "sentencing explain 文书.jsonl --out 参考表 --jobs 2"),
                ("把建议与录入导入台账，或逐条记录", "sentencing ledger import 录入.csv"),
                ("夜间：记录新提示，签署台账", "sentencing alerts update"),
                ("由台账出监测报告", f"sentencing monitor --ledger {layout.LEDGER} --report {layout.MONITOR_REPORT}"),
            ],
        },
    ]


def _figures(reports: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    def take(report: str, key: str, shown: Callable[[Any], str], label: str, remark: str) -> dict[str, Any]:
        value: Any = reports.get(report, {})
        for part in key.split("/"):
            value = value.get(part) if isinstance(value, Mapping) else None
        return {"label": label, "value": None if value is None else shown(value), "remark": remark}

    def months(value: float) -> str:
        return f"{value:.2f} 个月"

    def verdicts(value: Mapping[str, Any]) -> str:
        return f"{value['different']} 项有差异，{value['equivalent']} 项等效，{value['undecided']} 项不能判断"

    return [
        take("validation", "rows", number, "因子表行数", "一人一罪一行"),
        take("evaluation", "n_test", number, "测试案件", "时间最新的部分"),
        take("evaluation", "expected_mae_months", months, "预期刑期的平均绝对误差", "与宣告刑相比"),
        take("evaluation", "charge_median_mae_months", months, "基线的平均绝对误差", "只报同罪名中位数"),
        take("evaluation", "truth_liability_bias", lambda v: percent(v, sign=True), "责任刑偏差", "只在模拟真值上可测"),
        take("evaluation", "interval_coverage", percent, "区间覆盖率", "覆盖的是还原后的责任刑"),
        take("evaluation", "share_abstained", percent, "不给数值的比例", "样本过少或超出范围"),
        take("audit", "summary", verdicts, "差异审计", "经多重检验校正"),
        take("monitor", "ledger/entries", number, "台账中的法官录入", "只追加，逐条校验"),
    ]
