"""Geometry of the audit's drawings: forest plots, and provinces on a grid of squares that is no map.

x is in per cent of the width and y in pixels, as in all drawings of the house, so that text keeps its shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sentencing_ml.fairness.report import text
from sentencing_ml.packaged import read_yaml
from sentencing_ml.rendering import DASH, percent

REACHES = (0.05, 0.1, 0.2, 0.3, 0.5)
"""Ends of the axis of a forest plot; what lies beyond the last is drawn at the edge and told in figures."""

TILE_HEIGHT = 46.0
_FOREST_KIND = {"有差异": "alert", "等效": "empirical"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a forest plot; ``figure`` has ``estimate``, ``low``, ``high`` and ``detectable`` on its scale.

    ``beside`` is a further figure, told and not drawn.
    """

    label: str
    n: int | None
    figure: Mapping[str, Any]
    word: str
    beside: str = ""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """What a province shows: a value as a share, a verdict or what stands in its place, and whether it is withheld."""

    value: float | None
    word: str
    n: int | None
    withheld: bool = False


def forest(
    blocks: Sequence[tuple[str, Sequence[Row]]], *, margin: float | None, scale: text.Scale = "share"
) -> dict[str, Any]:
    """Return what the macro ``forest`` draws: a block an attribute, on one axis that is the same for all.

    ``margin`` shades what counts as no difference; None where nothing is declared. A block without rows is left out.
    """
    drawn = [(name, rows) for name, rows in blocks if rows]
    reach = _reach([row.figure for _, rows in drawn for row in rows])
    ticks = [-reach, -reach / 2, 0.0, reach / 2, reach]
    digits = 0 if reach >= 0.1 else 1

    def label(at: float) -> str:
        if scale != "share":
            return f"{100 * at:+.{digits}f}" if at else "0"
        return percent(at, digits=digits, sign=True) if at else "0"

    return {
        "low": -reach,
        "high": reach,
        # equal steps up and down are equal ratios: the margin of −x is a little nearer to 0 than that of +x
        "band": None if margin is None else (-margin if scale != "share" else -margin / (1 + margin), margin),
        "ticks": [{"at": at, "label": label(at)} for at in ticks],
        "blocks": [{"name": name, "rows": [_line(row, scale=scale) for row in rows]} for name, rows in drawn],
    }


def _line(row: Row, *, scale: text.Scale) -> dict[str, Any]:
    ends = text.interval(row.figure, scale=scale)
    estimate = text.estimate(row.figure, scale=scale)
    spoken = f"{row.label}：{estimate}，区间 {ends if ends != DASH else '无'}，{row.word}"
    return {
        "label": row.label,
        "n": text.count(row.n),
        "low": row.figure.get("low"),
        "high": row.figure.get("high"),
        "point": row.figure.get("estimate"),
        "estimate": estimate,
        "interval": "无区间" if ends == DASH else ends,
        "detectable": text.detectable(row.figure, scale=scale),
        "word": row.word,
        "beside": row.beside,
        "mark": text.MARK.get(row.word, ""),
        "tag": text.KIND.get(row.word, "plain"),
        "kind": _FOREST_KIND.get(row.word, "plain"),
        "spoken": spoken,
    }


def _reach(figures: Sequence[Mapping[str, Any]]) -> float:
    ends = [figure.get(key) for figure in figures for key in ("low", "high", "estimate")]
    widest = max((abs(end) for end in ends if end is not None), default=0.0)
    return next((reach for reach in REACHES if widest <= reach), REACHES[-1])


@lru_cache(maxsize=1)
def _places() -> tuple[int, int, dict[str, tuple[int, int]], frozenset[str]]:
    content = read_yaml("fairness", "report/tiles.yaml")
    apart = frozenset(content["courts_of_their_own"])
    listed = {**content["tiles"], **content["courts_of_their_own"]}
    places = {name: (column, row) for name, (column, row) in listed.items()}
    return content["columns"], content["rows"], places, apart


def tile_grid(values: Mapping[str, Tile], *, name: str, spoken: str) -> dict[str, Any]:
    """Return what the macro ``tiles`` draws; ``values`` by short name of the province (河南).

    A province without a value is drawn empty; one that is withheld is hatched. ``name`` tells the grids of a page
    apart, ``spoken`` is read in place of this one.
    """
    columns, rows, places, apart = _places()
    width = 100 / columns
    tiles = []
    for province, (column, row) in places.items():
        tile = values.get(province)
        kind = "apart" if province in apart else _tile_kind(tile)
        tiles.append(
            {
                "name": province,
                "x": f"{column * width:.3f}%",
                "middle": f"{(column + 0.5) * width:.3f}%",
                "y": row * TILE_HEIGHT,
                "width": f"{width:.3f}%",
                "kind": kind,
                "value": percent(tile.value, digits=0, sign=True) if tile and tile.value is not None else "",
                "mark": text.MARK.get(tile.word, "") if tile and not tile.withheld else "",
                "title": _tile_title(province, tile, apart=province in apart),
            }
        )
    return {"id": name, "tiles": tiles, "height": rows * TILE_HEIGHT, "tile_height": TILE_HEIGHT, "spoken": spoken}


def _tile_kind(tile: Tile | None) -> str:
    if tile is None:
        return "empty"
    if tile.withheld:
        return "hatched"
    return {"有差异": "different", "等效": "equivalent", "不能判断": "undecided"}.get(tile.word, "count")


def _tile_title(name: str, tile: Tile | None, *, apart: bool) -> str:
    if apart:
        return f"{name}：另有法域，不在数据范围内"
    if tile is None:
        return f"{name}：没有案件"
    if tile.withheld:
        return f"{name}：件数少，不公布"
    value = "" if tile.value is None else f"，{percent(tile.value, sign=True)}"
    return f"{name}：{text.count(tile.n)} 件{value}，{tile.word}"
