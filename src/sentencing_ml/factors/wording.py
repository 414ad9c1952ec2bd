"""How values of factors, kinds of documents, sections and speakers are said to a reader."""

from typing import Any

import pandas as pd

from sentencing_ml.factors.registry import Factor

KINDS = {"judgment": "刑事判决书", "indictment": "起诉书", "fact_record": "案件事实记录"}
SECTIONS = {
    "header": "首部",
    "procedure": "审理经过",
    "charges": "指控",
    "plea": "被告人供述和辩解",
    "defence": "辩护意见",
    "findings": "经审理查明",
    "evidence": "证据",
    "opinion": "本院认为",
    "verdict": "判决主文",
    "tail": "尾部",
}
SPEAKERS = {"court": "法院", "prosecution": "公诉机关", "defence": "辩方", "record": "记录"}


def missing(value: Any) -> bool:
    """Return whether a value is unknown: None, NaN or pandas' NA."""
    return value is None or value is pd.NA or value != value


def is_none(value: Any) -> bool:
    """Return whether a value says that there is none: false, or a count of zero; the unknown does not say that."""
    return not missing(value) and not isinstance(value, str) and value == 0


def value_text(factor: Factor, value: Any) -> str:
    """Return a factor's value as a reader would write it; what is not mentioned is said so."""
    if missing(value):
        return "未记载"
    if factor.type == "boolean":
        return "有" if value else "无"
    if factor.type in ("count", "number"):
        number = float(value)
        shown = f"{number:,.0f}" if number == round(number) else f"{number:,.2f}"
        return f"{shown} {factor.unit}" if factor.unit else shown
    return str(value)
