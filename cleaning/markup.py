"""Read HTML as a reader sees it: blocks of visible text, every character with its place in the source.

libxml2 keeps no places below the line and stops without a word at a depth of 256 (seen), so the source is read here,
tag by tag; the judging of what is the body is left to trafilatura (`cleaning.article`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cleaning.hidden import Concealment, conceals
from cleaning.offsets import NOWHERE, Spotted
from cleaning.paragraphs import lines_of

MAX_DEPTH = 256  # open elements; the parser behind trafilatura drops what lies deeper
MAX_TAGS = 150_000  # an honest page has under 20,000; link farms hold an extractor for many seconds

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]*)((?:[^>\"']++|\"[^\"]*\"|'[^']*'){0,400}+)>")
_OPENER = re.compile(r"<(?=[a-zA-Z/!?])")
_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_ATTRIBUTE = re.compile(r"([^\s=\"'/>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_RAW = {"script", "style", "textarea", "title", "noscript", "iframe", "noframes", "xmp", "template", "svg", "math"}
_VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"),
}
_INLINE = {
    *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img"),
    *("ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong"),
    *("sub", "sup", "time", "tt", "u", "var", "wbr"),
}
_GAPS = {" ", "\n"}
_SILENT = {"head", "button", "select", "option", "object", "canvas", "audio", "video"}
# an opening tag that ends an open element of the same kind
_SELF_ENDING = {"a", "p", "li", "td", "th", "tr", "dt", "dd", "option"}
_ALSO_ENDED = {"tr": {"td", "th"}, "td": {"th"}, "th": {"td"}, "dt": {"dd"}, "dd": {"dt"}}
_MAX_ATTRIBUTES = 20_000  # characters of one tag that are read


class MarkupLimitError(Exception):
    """The page is built too deep or of too many tags; `problem` says which."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of the source."""

    name: str  # lower case
    attributes: str  # as written
    start: int
    end: int
    closes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One visible run of text between block tags, white space folded."""

    spotted: Spotted
    tag: str  # the nearest block element around it: "p", "h1", "td" …
    linked: int  # characters that stand inside links


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page as read: its visible blocks and what was left out."""

    blocks: tuple[Block, ...]
    visible: str  # the source without its hidden elements, for extractors that do not look
    hidden: int  # elements hidden from readers


def attributes(written: str) -> dict[str, str]:
    """Attribute values by lower-case name, entities resolved; the first of a repeated name counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written[:_MAX_ATTRIBUTES]):
        value = next((group for group in match.groups()[1:] if group is not None), "")
        found.setdefault(match.group(1).lower(), html.unescape(value))
    return found


def read(source: str) -> Reading:
    """Read a page.

    Raises:
        MarkupLimitError: it is deeper than `MAX_DEPTH` or has more tags than `MAX_TAGS`.
    """
    reader = _Reader(source=source, concealment=Concealment.of(source))
    for piece in _pieces(source):
        if isinstance(piece, Tag):
            reader.take_tag(piece)
        else:
            reader.take_text(*piece)
    return reader.finish()


def tags_of(source: str, with_inner: set[str]) -> Iterator[tuple[Tag, str]]:
    """The opening tags of a page; for the named elements also the source up to their closing tag, "" for the others."""
    for piece in _pieces(source):
        if isinstance(piece, Tag) and not piece.closes:
            inner = source[piece.end : _after_raw(source, piece.end, piece.name)] if piece.name in with_inner else ""
            yield piece, inner


def _pieces(source: str) -> Iterator[Tag | tuple[int, int]]:
    """Tags and the spans of text between them; comments, declarations and raw elements are left out."""
    at, seen = 0, 0
    while at < len(source):
        opener = _OPENER.search(source, at)
        stop = opener.start() if opener else len(source)
        if stop > at:
            yield at, stop
        if not opener:
            return
        tag = _TAG.match(source, stop)
        if tag is None:
            at = _after_declaration(source, stop)
            continue
        seen += 1
        if seen > MAX_TAGS:
            problem = f"more than {MAX_TAGS} tags"
            raise MarkupLimitError(problem)
        name = tag.group(1).lower()
        closes = source[stop + 1] == "/"
        yield Tag(name, tag.group(2), stop, tag.end(), closes)
        raw = name in _RAW and not closes and not _closes_itself(tag.group(2))
        at = _after_raw(source, tag.end(), name) if raw else tag.end()


def _closes_itself(written: str) -> bool:
    """Whether a tag ends in a slash of its own, as in XHTML; that of an unquoted address (`href=/`) is none."""
    return written.endswith("/") and written[-2:-1] in {"", " ", "\t", "\n", "\r", '"', "'"}


def _after_declaration(source: str, at: int) -> int:
    """Past a comment, a declaration, or a lone `<` that opens nothing."""
    if source.startswith("<!--", at):
        end = source.find("-->", at + 4)
        return len(source) if end < 0 else end + 3
    end = source.find(">", at)
    return len(source) if end < 0 else end + 1


def _after_raw(source: str, at: int, name: str) -> int:
    """Where the closing tag of a raw element begins; its text is not for readers."""
    close = re.compile(rf"</{re.escape(name)}\b", re.IGNORECASE).search(source, at)
    return close.start() if close else len(source)


@dataclass(slots=True)
class _Reader:
    """Takes tags and text in order and keeps the open elements."""

    source: str
    concealment: Concealment
    open: list[tuple[str, bool, bool]] = field(default_factory=list)  # name, conceals its text, shows none of it
    concealed: int = 0
    silent: int = 0
    hidden: int = 0
    links: int = 0
    blocks: list[Block] = field(default_factory=list)
    chars: list[str] = field(default_factory=list)
    spots: list[int] = field(default_factory=list)
    linked: int = 0
    kept: list[str] = field(default_factory=list)  # visible source
    kept_until: int = 0

    def take_tag(self, tag: Tag) -> None:
        """Open or close an element; a block tag ends the block."""
        if tag.name == "br":
            self._break_line()
        elif tag.name not in _INLINE:
            self._end_block()
        if tag.closes:
            self._close(tag)
        elif tag.name not in _VOID and not _closes_itself(tag.attributes):
            self._open(tag)

    def take_text(self, start: int, end: int) -> None:
        """Add visible text, entities resolved and white space folded."""
        if self.concealed or self.silent:
            return
        before = len(self.chars)
        at = start
        for entity in _ENTITY.finditer(self.source, start, end):
            self._add(self.source[at : entity.start()], at)
            self._add_entity(entity)
            at = entity.end()
        self._add(self.source[at:end], at)
        if self.links:
            self.linked += len(self.chars) - before

    def finish(self) -> Reading:
        """The page as read so far."""
        self._end_block()
        if not self.concealed:
            self.kept.append(self.source[self.kept_until :])
        return Reading(blocks=tuple(self.blocks), visible="".join(self.kept), hidden=self.hidden)

    def _add(self, text: str, at: int) -> None:
        for index, char in enumerate(text, start=at):
            if not char.isspace():
                self.chars.append(char)
                self.spots.append(index)
            elif self.chars and self.chars[-1] not in _GAPS:
                self.chars.append(" ")
                self.spots.append(index)

    def _add_entity(self, entity: re.Match[str]) -> None:
        for char in html.unescape(entity.group()):
            if char.isspace() and (not self.chars or self.chars[-1] in _GAPS):
                continue
            self.chars.append(" " if char.isspace() else char)
            self.spots.append(entity.start())

    def _break_line(self) -> None:
        """Remember a `<br>`: whether it ends a paragraph shows only with the lines around it."""
        if not (self.concealed or self.silent):
            self.chars.append("\n")
            self.spots.append(NOWHERE)

    def _end_block(self) -> None:
        text = "".join(self.chars)
        if text.strip():
            tag = next((name for name, _, _ in reversed(self.open) if name not in _INLINE), "body")
            share = self.linked / len(text)
            for line in lines_of(Spotted(text, tuple(self.spots))):
                spotted = Spotted(line.text.replace("\n", " "), line.spots)
                self.blocks.append(
                    Block(spotted=spotted, tag=tag, linked=min(round(share * len(line.text)), len(line.text)))
                )
        self.chars, self.spots, self.linked = [], [], 0

    def _open(self, tag: Tag) -> None:
        if tag.name in _SELF_ENDING:
            self._end_sibling(tag)
        if tag.name == "body":
            self._close(Tag("head", "", tag.start, tag.start, closes=True))
        conceal = conceals(tag.name, attributes(tag.attributes), self.concealment)
        if conceal and not self.concealed:
            self.kept.append(self.source[self.kept_until : tag.start])
        self.open.append((tag.name, conceal, tag.name in _SILENT))
        self.concealed += conceal
        self.silent += tag.name in _SILENT
        self.hidden += conceal
        self.links += tag.name == "a"
        if len(self.open) > MAX_DEPTH:
            problem = f"more than {MAX_DEPTH} elements inside one another"
            raise MarkupLimitError(problem)

    def _end_sibling(self, tag: Tag) -> None:
        """End a paragraph, cell or item that the source left open before its next sibling."""
        passable = _INLINE | _ALSO_ENDED.get(tag.name, set())
        for name, _, _ in reversed(self.open):
            if name == tag.name or (name in _ALSO_ENDED.get(tag.name, set()) and tag.name != "tr"):
                self._close(Tag(name, "", tag.start, tag.start, closes=True))
                return
            if name not in passable:
                return

    def _close(self, tag: Tag) -> None:
        """End the nearest open element of that name and what was left open in it; a stray closing tag ends nothing."""
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place][0] == tag.name:
                break
        else:
            return
        was_concealed = self.concealed
        for name, conceal, silent in self.open[place:]:
            self.concealed -= conceal
            self.silent -= silent
            self.links -= name == "a"
        del self.open[place:]
        if was_concealed and not self.concealed:
            self.kept_until = tag.end
