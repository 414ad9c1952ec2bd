"""Interventional SHAP values of LightGBM's trees: exact, and read as LightGBM itself reads a row.

Of a case x and a case b of the sample, a leaf is reached by those mixtures of the two that take from x the columns on
which x alone stays on the leaf's path (m of them), and from b those on which b alone does (n). The Shapley value of
such a condition is known without trying the mixtures: (m − 1)! n! / (m + n)! of the leaf for each of the former,
−m! (n − 1)! / (m + n)! for each of the latter (Lundberg et al., Nature Machine Intelligence 2, 2020; the derivation in
Laberge and Pequignot, arXiv:2209.15123). Rows of the sample that leave a leaf's path by the same columns count as one.

The library shap computes the same, and the tests compare with it. To import it takes longer than to make a sheet.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np

_MOST = 64  # columns on one path: a bit each
_ROWS = 256  # explained at once: some tens of megabytes


@dataclass(frozen=True, kw_only=True)
class Trees:
    """The trees of a booster as arrays: every split below its parent, those of one depth beside each other.

    ``place`` of a split is the place of its column among the columns of its path. A parent of −1 is none.
    """

    width: int
    depths: tuple[tuple[int, int], ...]  # first and last split of each depth
    column: np.ndarray
    threshold: np.ndarray
    missing_is_zero: np.ndarray
    missing_goes_left: np.ndarray
    place: np.ndarray
    parent: np.ndarray
    is_left: np.ndarray
    leaf_value: np.ndarray
    leaf_parent: np.ndarray
    leaf_is_left: np.ndarray
    leaf_columns: np.ndarray  # of each leaf by place, −1 where its path has fewer

    def departures(self, rows: np.ndarray) -> np.ndarray:
        """Return for every leaf (first axis) and row the columns by which the row leaves its path, a bit a place."""
        values = rows[:, self.column].T
        unknown = np.isnan(values)
        left = np.where(unknown, 0.0, values) <= self.threshold[:, None]
        left = np.where(unknown & ~self.missing_is_zero[:, None], self.missing_goes_left[:, None], left)
        left = np.vstack([left, np.ones((1, len(rows)), dtype=bool)])  # what −1 finds: a root is left of nothing
        place = np.append(self.place, 0).astype(np.uint64)
        found = np.zeros((len(self.column) + 1, len(rows)), dtype=np.uint64)

        def below(parent: np.ndarray, is_left: np.ndarray) -> np.ndarray:
            strays = (left[parent] != is_left[:, None]).astype(np.uint64)
            return found[parent] | (strays << place[parent][:, None])

        for first, last in self.depths:
            found[first:last] = below(self.parent[first:last], self.is_left[first:last])
        return below(self.leaf_parent, self.leaf_is_left)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The rows with which a case is compared: for every leaf, the ways in which rows leave its path.

    ``share`` is the leaf's value times the share of the rows that leave so. ``own_way`` and ``own_column`` list the
    columns of every way. ``expected`` is the mean of the trees over the rows.
    """

    trees: Trees
    expected: float
    leaf: np.ndarray
    departure: np.ndarray
    share: np.ndarray
    own_way: np.ndarray
    own_column: np.ndarray

    def values(self, rows: np.ndarray) -> np.ndarray:
        """Return the SHAP value of every column (second axis) of ``rows``; a row sums to trees − ``expected``."""
        parts = [self._some(rows[start : start + _ROWS]) for start in range(0, len(rows), _ROWS)]
        return np.concatenate(parts) if parts else np.zeros((0, self.trees.width))

    def _some(self, rows: np.ndarray) -> np.ndarray:
        trees, result = self.trees, np.zeros((len(rows), self.trees.width))
        departures = trees.departures(rows)
        number, size = np.bitwise_count(departures), np.bitwise_count(self.departure)
        path_leaf, path_place = np.nonzero(trees.leaf_columns >= 0)
        path_column, path_bit = trees.leaf_columns[path_leaf, path_place], np.uint64(1) << path_place.astype(np.uint64)
        for row in range(len(rows)):
            departure = departures[:, row]
            # on a column by which both leave the path, no mixture stays on it
            both = np.flatnonzero((departure[self.leaf] & self.departure) == 0)
            leaf, share = self.leaf[both], self.share[both]
            of_case, of_sample = size[both], number[leaf, row]
            up = np.zeros(len(self.leaf))
            up[both] = share * _WEIGHTS[of_case, of_sample]
            down = np.bincount(leaf, share * _WEIGHTS[of_sample, of_case], minlength=len(trees.leaf_value))
            left = np.flatnonzero(departure[path_leaf] & path_bit)
            result[row] = np.bincount(self.own_column, up[self.own_way], minlength=trees.width)
            result[row] -= np.bincount(path_column[left], down[path_leaf[left]], minlength=trees.width)
        return result


def read_trees(booster: lightgbm.Booster) -> Trees:
    """Read the trees of a booster.

    Raises
    ------
    ValueError
        A split is of another kind than this module reads (categories, zero as missing), or a path has too many columns.
    """
    depth: list[tuple[dict, int, bool, tuple[int, ...]]] = [
        (tree["tree_structure"], -1, True, ()) for tree in booster.dump_model()["tree_info"]
    ]
    splits: list[tuple] = []
    leaves: list[tuple] = []
    depths = []
    while depth:
        first, below = len(splits), []
        for node, parent, is_left, path in depth:
            if "split_feature" not in node:
                leaves.append((node["leaf_value"], parent, is_left, path))
                continue
            if node["decision_type"] != "<=" or node["missing_type"] not in ("None", "NaN"):
                raise ValueError(f"a split of the kind {node['decision_type']}, missing {node['missing_type']}")
            column, own = node["split_feature"], len(splits)
            path = path if column in path else (*path, column)
            if len(path) > _MOST:
                raise ValueError(f"a path of more than {_MOST} columns")
            splits.append(
                (column, node["threshold"], node["missing_type"] == "None", node["default_left"], path.index(column),
                 parent, is_left)
            )  # fmt: skip
            below += [(node["left_child"], own, True, path), (node["right_child"], own, False, path)]
        depths.append((first, len(splits)))
        depth = below
    columns = _columns(splits, (np.intp, float, bool, bool, np.intp, np.intp, bool))
    value, leaf_parent, leaf_is_left = _columns([leaf[:3] for leaf in leaves], (float, np.intp, bool))
    longest = max((len(path) for *_, path in leaves), default=0)
    return Trees(
        width=booster.num_feature(),
        depths=tuple(depths),
        **dict(
            zip(
                ("column", "threshold", "missing_is_zero", "missing_goes_left", "place", "parent", "is_left"),
                columns,
                strict=True,
            )
        ),
        leaf_value=value,
        leaf_parent=leaf_parent,
        leaf_is_left=leaf_is_left,
        leaf_columns=np.array(
            [path + (-1,) * (longest - len(path)) for *_, path in leaves], dtype=np.intp
        ).reshape(len(leaves), longest),
    )


def sample(trees: Trees, rows: np.ndarray) -> Sample:
    """Prepare ``rows`` (float64, the columns of the booster in their order) to compare cases with."""
    departures = np.sort(trees.departures(rows), axis=1)
    new = np.ones(departures.shape, dtype=bool)
    new[:, 1:] = departures[:, 1:] != departures[:, :-1]
    leaf = np.nonzero(new)[0]
    places = np.flatnonzero(new)
    count = np.diff(places, append=departures.size)
    departure = departures[new]
    share = trees.leaf_value[leaf] * (count / len(rows))
    own = [
        (way, trees.leaf_columns[leaf[way], place])
        for place in range(trees.leaf_columns.shape[1])
        for way in [np.flatnonzero(departure >> np.uint64(place) & np.uint64(1))]
    ]
    return Sample(
        trees=trees,
        expected=float(share[departure == 0].sum()),
        leaf=leaf,
        departure=departure,
        share=share,
        own_way=np.concatenate([way for way, _ in own]) if own else np.zeros(0, dtype=np.intp),
        own_column=np.concatenate([column for _, column in own]) if own else np.zeros(0, dtype=np.intp),
    )


def _columns(records: Sequence[tuple], kinds: Sequence[type]) -> list[np.ndarray]:
    return [np.array([record[place] for record in records], dtype=kind) for place, kind in enumerate(kinds)]


def _weights() -> np.ndarray:
    """Return (m − 1)! n! / (m + n)! at [m, n], 0 at m = 0."""
    table = np.zeros((_MOST + 1, _MOST + 1))
    for m in range(1, _MOST + 1):
        for n in range(_MOST + 1):
            table[m, n] = 1 / (m * math.comb(m + n, m))
    return table


_WEIGHTS = _weights()
