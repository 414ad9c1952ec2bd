"""A reading copy of a stretch of text, without what only disturbs reading, in which every character knows its offset.

Scans and downloads break sentences by line ends, spaces and page numbers (``判－3－决``, ``书4记员``). Rules read the
copy; :meth:`View.span` leads back to the stored text, which stays as it is.
"""

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate

from sentencing_ml.judgments.numerals import fold

# What \s matches, written out: a pattern that begins with a plain set of characters is searched for several times
# faster than any other, so every pattern that runs over whole texts begins with one.
BLANKS = "\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACES = f"[{BLANKS}\u200b\ufeff]"
_DASHES = "[-－—–]"
DISTURBING = (
    rf"(?<={_SPACES}){_SPACES}*"
    rf"|(?<={_DASHES})\s{{0,2}}\d{{1,3}}\s{{0,2}}{_DASHES}"
    r"|(?<=第)\s?\d{1,2}\s?页(?:\s?共\s?\d{1,2}\s?页)?"
)
"""White space or a ruled page number (-3-, 第3页共5页), behind its first character, which is one of ``BEGINNINGS``."""
BEGINNINGS = rf"{BLANKS}\u200b\ufeff\-－—–第"
_DISTURBING = re.compile(f"[{BEGINNINGS}](?:{DISTURBING})")
# A number alone between two ideographs; years, sums and counts stand before a unit, which is not in the look-ahead.
_BEFORE_PAGE = "[\u4e00-\u9fff，。；：、）]"
_BARE_PAGE = re.compile(
    rf"[0-9](?<={_BEFORE_PAGE}[0-9])[0-9]?(?=[\u4e00-\u9fff])(?![年月日时分秒元角万千百十余个名人次起条款项岁组号栋幢楼室层把只部辆件张本克斤毫米厘公里吨份瓶包袋粒颗支根台套块棵株亩平等级某甲乙丙丁路比至到])"
)
_NUMBERED = re.compile(rf"[0-9](?<={_BEFORE_PAGE}[0-9])[0-9]?")
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
            piece = bisect_right(self._starts, position) - 1
            while position < start:
                # a kept stretch may run over several pieces of the original
                stop = min(start, self._starts[piece + 1]) if piece + 1 < len(self._starts) else start
                pieces.append(self.text[position:stop])
                starts.append(length)
                offsets.append(self._offsets[piece] + position - self._starts[piece])
                length += stop - position
                position = stop
                piece += 1
            position = max(position, end)
        if not pieces:
            return View("", (0,), (self._offsets[0],))
        return View("".join(pieces), tuple(starts), tuple(offsets))


def view(text: str, *, start: int = 0, end: int | None = None, dropped: tuple[tuple[int, int], ...] = ()) -> View:
    """Return the reading copy of ``text[start:end]``: folded, without white space, page numbers and ``dropped`` spans."""
    end = len(text) if end is None else end
    folded = fold(text[start:end])
    holes = [match.span() for match in _DISTURBING.finditer(folded)]
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in dropped if a < end and b > start]
    holes = sorted(holes + inside) if inside else holes
    if not holes:
        return View(folded, (0,), (start,))
    # a hole may lie within the one before it
    starts, ends = zip(*holes, strict=True)
    begins = (0, *accumulate(ends, max))
    kept = [piece for piece in zip(begins, (*starts, len(folded)), strict=True) if piece[0] < piece[1]]
    if not kept:
        return View("", (0,), (start + begins[-1],))
    pieces = [folded[begin:end] for begin, end in kept]
    positions = tuple(accumulate(map(len, pieces[:-1]), initial=0))
    offsets = tuple([start + begin for begin, _ in kept]) if start else tuple([begin for begin, _ in kept])
    return View("".join(pieces), positions, offsets)


def bare_page_numbers(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of page numbers that stand in the text without any mark, as in ``书4记员``.

    They are told from names such as 王1某 by three signs: they count up one by one, a page apart, and the same
    character with the same number stands only once in the document.
    """
    folded = fold(text)
    found: list[tuple[int, int]] = []
    expected = None
    often: Counter[str] | None = None
    for match in _BARE_PAGE.finditer(folded):
        number = int(match[0])
        if expected is None:
            if number not in (1, 2):
                continue
        elif number != expected or match.start() - found[-1][1] < _PAGE_LENGTH:
            continue
        if often is None:
            often = _numbered(folded)
        if often[folded[match.start() - 1 : match.end()]] > 1:
            continue
        found.append(match.span())
        expected = number + 1
    return tuple(found) if len(found) > 1 else ()


def _numbered(folded: str) -> Counter[str]:
    """Count each character with the number of one or two digits behind it; 王12 counts as 王1, too."""
    often: Counter[str] = Counter()
    for match in _NUMBERED.finditer(folded):
        start, end = match.span()
        often[folded[start - 1 : start + 1]] += 1
        if end - start == 2:
            often[folded[start - 1 : end]] += 1
    return often
