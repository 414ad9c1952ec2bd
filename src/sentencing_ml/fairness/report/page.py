"""The page of the audit: ``audit.json`` as words, tables and drawings, one section a part of the outline.

The page never needs a section that is not there: one without figures says 未运行 or 不能判断 and why.
"""

import json
from collections.abc import Mapping
from typing import Any

from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.fairness.report import back, front, objects, search, words
from sentencing_ml.rendering import DASH, percent, render

TITLE = "差异审计报告 Disparity audit"
YEARLY = "差异化影响报告（{year} 年）Yearly disparity report"


def page(content: Mapping[str, Any]) -> str:
    """Render the audit's content as one self-contained page; with ``year`` it is the yearly report.

    Whoever writes the page again from the file of the content gets the same page: keys stand as they do there, but for
    attributes, which stand in the order of the settings.
    """
    content = json.loads(json.dumps(content, sort_keys=True))
    content["attributes"] = _in_order(content["attributes"], content)
    for name in ("extraction", "overrides", "proxies", "virtual_judges"):
        if (content.get(name) or {}).get("status") == "measured":
            content[name]["attributes"] = _in_order(content[name]["attributes"], content)
    year, summary = content.get("year"), content["summary"]
    sections = {
        "extraction": objects.extraction_page(content.get("extraction"), content),
        "overrides": objects.overrides_page(content.get("overrides"), content),
        "swap": search.swap_page(content.get("swap")),
        "proxies": search.proxies_page(content.get("proxies")),
        "virtual_judges": search.virtual_judges_page(content.get("virtual_judges")),
        "intersections": search.intersections_page(content.get("intersections"), content["attributes"]),
        "mitigation": back.mitigation_page(content.get("mitigation")),
        "certificate": back.certificate_page(content.get("certificate")),
    }
    return render(
        "audit.html",
        {
            **sections,
            "title": TITLE if year is None else YEARLY.format(year=year),
            "headings": words.SECTIONS,
            "margin": percent(content["settings"]["equivalence"], digits=0),
            "undecided": summary["undecided"] > 0 or not summary["tests"],
            "front": front.verdict_page(content),
            "parts": front.other_parts(sections),
            "system": front.system_page(content),
            "data": front.data_page(content),
            "frame": front.frame_page(content),
            "drawings": {measure: objects.measured_page(content, measure) for measure in words.FOREST},
            "drift": objects.drift_page(content.get("drift")),
            "split": objects.split_page(content, "labels"),
            "error": objects.error_page(content),
            "provinces": objects.province_table(content),
            "uncertainty": back.uncertainty_page(content),
            "annex": back.annex_page(content),
            "count_only_below": COUNT_ONLY_BELOW,
            "limits": content["limits"],
            "versions": {"模型": (content.get("model") or DASH)[:16], "报告格式": str(content["version"])},
        },
    )


def _in_order(attributes: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    named = [name for name in content["settings"]["attributes"] if name in attributes]
    return {name: attributes[name] for name in dict.fromkeys([*named, *attributes])}
