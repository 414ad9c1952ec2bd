"""What a test asks of a page that a browser shows, and of the paper it prints on."""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

# What keeps a page from being used without eyes, a mouse or a guess; each finding names its element.
STRUCTURE = """() => {
  const found = [];
  const say = (what, item) => found.push(`${what}: <${item.tagName.toLowerCase()}> ${(item.id || item.textContent.trim()).slice(0, 40)}`);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (item) => item.getAttribute("aria-label") || (item.getAttribute("aria-labelledby") ?? "").split(" ").some((id) => document.getElementById(id));
  const seen = new Set();
  for (const item of all("[id]")) { if (seen.has(item.id)) say("id twice", item); seen.add(item.id); }
  for (const item of all("a[href^='#']")) if (!seen.has(decodeURIComponent(item.hash.slice(1)))) say("link to nothing", item);
  for (const name of ["aria-labelledby", "aria-describedby", "aria-controls"])
    for (const item of all(`[${name}]`)) for (const id of item.getAttribute(name).split(" ")) if (!seen.has(id)) say(`${name} of nothing`, item);
  let level = 0;
  for (const item of all("h1,h2,h3,h4,h5,h6")) { const now = Number(item.tagName[1]); if (now > level + 1) say("heading leaves out a level", item); level = now; }
  if (all("h1").length !== 1) found.push(`${all("h1").length} first headings`);
  if (all("main").length !== 1) found.push("not one main part");
  if (!document.title.trim()) found.push("no title");
  for (const item of all("table")) { if (!item.caption && !named(item)) say("table without caption", item); if (!item.querySelector("th")) say("table without headings", item); }
  for (const item of all("th")) if (!["col", "row", "colgroup", "rowgroup"].includes(item.getAttribute("scope"))) say("heading of a table without scope", item);
  for (const item of all("svg")) if (!item.closest("[aria-hidden=true]") && !(item.getAttribute("role") === "img" && named(item))) say("drawing without words", item);
  for (const item of all("img")) if (!item.hasAttribute("alt")) say("picture without words", item);
  for (const item of all("input,select,textarea")) if (!item.labels?.length && !named(item)) say("field without label", item);
  for (const item of all("a[href],button,summary")) if (!item.textContent.trim() && !named(item)) say("control without name", item);
  for (const item of all("[role=region],form,nav")) if (!named(item)) say("region without name", item);
  if (!/^zh/.test(document.documentElement.lang)) found.push("no language");
  return found;
}"""

# Text whose contrast against what lies behind it is under 4.5 to 1 (WCAG 2.2, 1.4.3), by colour of its element.
FAINT = """() => {
  const canvas = document.createElement("canvas"); canvas.width = canvas.height = 1;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const parts = (colour) => { brush.clearRect(0, 0, 1, 1); brush.fillStyle = "#000"; brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1); return [...brush.getImageData(0, 0, 1, 1).data]; };
  const known = new Map();
  const rgba = (colour) => { if (!known.has(colour)) known.set(colour, parts(colour)); return known.get(colour); };
  const over = (top, under) => { const share = top[3] / 255; return [0, 1, 2].map((at) => top[at] * share + under[at] * (1 - share)); };
  const light = (colour) => colour.map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (item) => { const layers = []; for (let at = item; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor)); return layers.reduceRight((under, top) => over(top, under), [255, 255, 255]); };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const item = node.parentElement;
    if (!node.textContent.trim() || item.closest("script,style,template,noscript") || !item.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(item), back = behind(item);
    const ink = over(rgba(item.namespaceURI.endsWith("svg") ? style.fill : style.color), back);
    const [low, high] = [light(ink), light(back)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) found.add(`${ratio.toFixed(2)} <${item.tagName.toLowerCase()} class="${item.getAttribute("class") ?? ""}"> ${node.textContent.trim().slice(0, 20)}`);
  }
  return [...found];
}"""

# What is wider than the window, unless it stands in a part that scrolls by itself; and what is cut off at an edge unseen.
WIDE = """() => {
  const room = document.documentElement.clientWidth, found = [];
  const scrolls = (item) => { for (let at = item.parentElement; at; at = at.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(at).overflowX)) return true; return false; };
  if (document.documentElement.scrollWidth > room) found.push(`page of ${document.documentElement.scrollWidth} px in ${room} px`);
  for (const item of document.body.querySelectorAll("*")) {
    if (!item.checkVisibility()) continue;
    const box = item.getBoundingClientRect();
    if (box.width && (box.right > room + 1) && !scrolls(item) && !item.matches(".skip")) found.push(`<${item.tagName.toLowerCase()} class="${item.getAttribute("class") ?? ""}"> to ${Math.round(box.right)} px ${item.textContent.trim().slice(0, 20)}`);
  }
  return found.slice(0, 8);
}"""

# Where the keyboard should stop, in the order of the document, and the parts that can only be seen whole by scrolling.
STOPS = """() => {
  const shown = (item) => item.checkVisibility({ visibilityProperty: true }) && !item.disabled && !item.closest("[inert]");
  const stops = [...document.querySelectorAll("a[href],button,input,select,textarea,summary,[tabindex='0']")].filter((item) => shown(item) && item.tabIndex >= 0);
  const named = (item) => `${item.tagName.toLowerCase()} ${item.id || item.getAttribute("href") || item.getAttribute("aria-label") || item.textContent.trim().slice(0, 24)}`;
  window.stops = stops; window.reached = [];
  addEventListener("focusin", (event) => {
    const style = getComputedStyle(event.target), box = event.target.getBoundingClientRect();
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
    window.reached.push({ at: window.stops.indexOf(event.target), seen, name: named(event.target) });
  });
  const scrolling = [...document.querySelectorAll("*")].filter((item) => item.checkVisibility() && /auto|scroll/.test(getComputedStyle(item).overflowX + getComputedStyle(item).overflowY)
    && (item.scrollWidth > item.clientWidth + 1 || item.scrollHeight > item.clientHeight + 1) && item !== document.documentElement && item !== document.body);
  return { stops: stops.map(named), unreached: scrolling.filter((item) => !stops.some((stop) => item === stop || item.contains(stop))).map(named) };
}"""


def plain(text: str) -> str:
    """Return text without blanks and in one form of each character: PDFs write 「⽂」 for 文."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@dataclass(frozen=True)
class Part:
    """A part of a printed page's structure, in the order of the document: its tag, how deep it stands, its pages from 0."""

    tag: str
    depth: int
    pages: tuple[int, ...]
    heading: bool  # a row of headings alone, which is printed again on every page of its table


@dataclass(frozen=True)
class Paper:
    """A page as printed: sizes and texts of its sheets of paper, and its structure.

    Reading text takes most of the time of printing: of a report, only the first sheet and the last are read.
    """

    texts: tuple[str, ...]
    sizes: tuple[tuple[float, float], ...]
    right: float  # the rightmost start of a piece of text, in points
    parts: tuple[Part, ...]


def printed(page, *, whole: bool) -> Paper:
    """Print the page of a browser and read the paper back: the text of every sheet, or of the first and the last."""
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, tagged=True)))
    starts: list[float] = []

    def piece(text, cm, tm, font, size):
        if text.strip():
            starts.append(tm[4] * cm[0] + tm[5] * cm[2] + cm[4])

    read = reader.pages if whole or len(reader.pages) < 2 else (reader.pages[0], reader.pages[-1])
    texts = tuple(plain(sheet.extract_text(visitor_text=piece)) for sheet in read)
    sizes = tuple((float(sheet.mediabox.width), float(sheet.mediabox.height)) for sheet in reader.pages)
    numbers = {sheet.indirect_reference.idnum: number for number, sheet in enumerate(reader.pages)}
    return Paper(texts, sizes, max(starts), tuple(_parts(reader.trailer["/Root"]["/StructTreeRoot"], numbers)))


def _parts(root: DictionaryObject, numbers: dict[int, int]) -> Iterator[Part]:
    for node, tag, depth in _nodes(root["/K"]):
        if tag == "Caption" and node["/P"].get_object().get("/S") == "/Figure":
            tag = "Figcaption"  # stands after what it tells of
        heading = tag == "TR" and all(kind != "TD" for _, kind, _ in _nodes(node.get("/K")))
        yield Part(tag, depth, tuple(sorted(numbers[page] for page in _pages(node, None))), heading)


def _nodes(node, depth: int = 0) -> Iterator[tuple[DictionaryObject, str, int]]:
    """Yield the tagged nodes under ``node`` with their tags and depths, in the order of the document."""
    node = node.get_object() if node is not None else None
    if isinstance(node, ArrayObject):
        for child in node:
            yield from _nodes(child, depth)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node, str(node["/S"]).lstrip("/"), depth
        yield from _nodes(node.get("/K"), depth + 1)


def _pages(node, page: int | None) -> set[int]:
    """Return the object numbers of the pages on which the marked content of ``node`` stands."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, ArrayObject):
        return set().union(*(_pages(child, page) for child in node))
    if isinstance(node, DictionaryObject):
        own = node.raw_get("/Pg").idnum if "/Pg" in node else page
        if "/MCID" in node:
            return {own}
        return set() if node.get("/Type") == "/OBJR" else _pages(node.get("/K"), own)
    return {page} if isinstance(node, int) and page is not None else set()
