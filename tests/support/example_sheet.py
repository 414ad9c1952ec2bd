"""A case sheet made from its schema: every key filled, every number and every free text different from all others."""

import itertools
import json
from importlib.resources import files

SCHEMA = json.loads((files("sentencing_ml.explanation") / "schema.json").read_text(encoding="utf-8"))
FIRST, STEP = 41_000.37, 111.3
PATTERNS = {"^e[0-9]+$": "e1", "^[A-Za-z0-9-]+$": "sheet-1", "^[0-9a-f]{64}$": "a" * 64}


def example():
    """Return a sheet that holds the schema; an advised count with all there is to tell, seen without blinds."""
    numbers = itertools.count()
    content = _filled(SCHEMA, numbers)
    content["status"] |= {"code": "advised", "zh": "已给出参考", "advised": True}
    content["blind"] = None
    content["edits"] = []
    content["case"] |= {"row_id": "样本/0/0", "doc_id": "样本", "charge": "盗窃罪", "charge_group": "盗窃罪"}
    content["basis"]["versions"] = {"模型": "m1", "法律数据": "l1"}
    for tier in content["answer"]["tiers"]:
        tier["standing"] = "成立"
    for match in content["similar"]:
        match["step"] = 0
    return content


def leaves(value, path=()):
    """Yield (path, leaf) of a plain value; places in lists are no part of the path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, path)
    else:
        yield path, value


def _filled(schema, numbers):
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next(value for value in schema["enum"] if value is not None)
    if "anyOf" in schema:
        return _filled(next(part for part in schema["anyOf"] if part.get("type") != "null"), numbers)
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = next(name for name in types if name != "null")
    if kind == "object":
        named = {key: _filled(part, numbers) for key, part in schema.get("properties", {}).items()}
        return named or {"一": _filled(schema["additionalProperties"], numbers)}
    if kind == "array":
        return [_filled(schema["items"], numbers) for _ in range(schema.get("minItems", 1))]
    if kind == "boolean":
        return True
    place = next(numbers)
    if kind == "integer":
        return round(FIRST + STEP * place)
    if kind == "number":
        return round(FIRST + STEP * place, 2)
    return PATTERNS[schema["pattern"]] if "pattern" in schema else f"文{round(FIRST + STEP * place)}字"
