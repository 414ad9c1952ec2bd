"""A reading copy of a stretch of text, without what only disturbs reading, in which every character knows its offset.

Scans and downloads break sentences by line ends, spaces and page numbers (``判－3－决``, ``书4记员``). Rules read the
copy; :meth:`View.span` leads back to the stored text, which stays as it is.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from sentencing_ml.judgments.numerals import fold

_SPACE = re.compile(r"[\s​﻿]+")
_RULED_PAGE = re.compile(r"[-－—–]\s{0,2}\d{1,3}\s{0,2}[-－—–]|第\s?\d{1,2}\s?页(?:\s?共\s?\d{1,2}\s?页)?")
# A number alone between two ideographs; years, sums and counts stand before a unit, which is not in the look-ahead.
_BARE_PAGE = re.compile(
    r"(?<=[\u4e00-\u9fff，。；：、）])(\d{1,2})(?=[\u4e00-\u9fff])(?![年月日时分秒元角万千百十余个名人次起条款项岁组号栋幢楼室层把只部辆件张本克斤毫米厘公里吨份瓶包袋粒颗支根台套块棵株亩平等级某甲乙丙丁路比至到])"
)
_PAGE_LENGTH = 250  # characters: no page of a judgment is shorter


@dataclass(frozen=True, slots=True)
class View:
    """``text`` is the reading copy; ``_starts[i]`` and ``_offsets[i]`` say where kept piece i begins in copy and original."""

    text: str
    _starts: tuple[int, ...]
    _offsets: tuple[int, ...]

    def offset(self, position: int) -> int:
        """Return the offset in the stored text of the character at ``position`` of the copy."""
        piece = bisect_right(self._starts, position) - 1
        return self._offsets[piece] + position - self._starts[piece]

    def position(self, offset: int) -> int:
        """Return the position in the copy of the first kept character at or after ``offset`` of the stored text."""
        piece = bisect_right(self._offsets, offset) - 1
        if piece < 0:
            return 0
        end = self._starts[piece + 1] if piece + 1 < len(self._starts) else len(self.text)
        return min(self._starts[piece] + offset - self._offsets[piece], end)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the stored text of ``text[start:end]`` of the copy; ``start`` must be below ``end``."""
        return self.offset(start), self.offset(end - 1) + 1

    def without(self, spans: list[tuple[int, int]]) -> "View":
        """Return the copy without the given spans of it, in order and apart from one another; offsets still hold."""
        if not spans:
            return self
        pieces, starts, offsets = [], [], []
        position = length = 0
        for start, end in [*spans, (len(self.text), len(self.text))]:
            while position < start:
                # a kept stretch may run over several pieces of the original
                piece = bisect_right(self._starts, position)
                stop = min(start, self._starts[piece] if piece < len(self._starts) else start)
                pieces.append(self.text[position:stop])
                starts.append(length)
                offsets.append(self.offset(position))
                length += stop - position
                position = stop
            position = max(position, end)
        if not pieces:
            return View("", (0,), (self._offsets[0],))
        return View("".join(pieces), tuple(starts), tuple(offsets))


def view(text: str, *, start: int = 0, end: int | None = None, dropped: tuple[tuple[int, int], ...] = ()) -> View:
    """Return the reading copy of ``text[start:end]``: folded, without white space, page numbers and ``dropped`` spans."""
    end = len(text) if end is None else end
    folded = fold(text[start:end])
    holes = [match.span() for match in _SPACE.finditer(folded)]
    holes += [match.span() for match in _RULED_PAGE.finditer(folded)]
    holes += [(max(a, start) - start, min(b, end) - start) for a, b in dropped if a < end and b > start]
    pieces, starts, offsets = [], [], []
    position = length = 0
    for a, b in sorted(holes):
        if a > position:
            pieces.append(folded[position:a])
            starts.append(length)
            offsets.append(start + position)
            length += a - position
        position = max(position, b)
    if position < len(folded) or not pieces:
        pieces.append(folded[position:])
        starts.append(length)
        offsets.append(start + position)
    return View("".join(pieces), tuple(starts), tuple(offsets))


def bare_page_numbers(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of page numbers that stand in the text without any mark, as in ``书4记员``.

    They are told from names such as 王1某 by three signs: they count up one by one, a page apart, and the same
    character with the same number stands only once in the document.
    """
    folded = fold(text)
    found: list[tuple[int, int]] = []
    expected = None
    for match in _BARE_PAGE.finditer(folded):
        number = int(match[1])
        if expected is None:
            if number not in (1, 2):
                continue
        elif number != expected or match.start() - found[-1][1] < _PAGE_LENGTH:
            continue
        if folded.count(folded[match.start() - 1 : match.end()]) > 1:
            continue
        found.append(match.span())
        expected = number + 1
    return tuple(found) if len(found) > 1 else ()
