"""Spans of story text shown in the input: through entities, tags and folded white space, or not at all."""

from __future__ import annotations

from dataclasses import replace

from cleaning.markup import read
from cleaning.offsets import PARAGRAPH_BREAK, Spotted, joined, segments, to_input, whole
from models.records import MapSegment, Story


def story_of(source: str) -> Story:
    """A story whose paragraphs are the blocks of a page, to test the map alone."""
    body = joined([block.spotted for block in read(source).blocks], PARAGRAPH_BREAK)
    return Story(
        url="",
        canonical_url="",
        source_id="",
        title="",
        text=body.text,
        language="en",
        language_score=1.0,
        published=None,
        segments=segments(body, source),
    )


def shown(source: str, words: str) -> str | None:
    """The piece of the source that shows words of its story."""
    story = story_of(source)
    start = story.text.index(words)
    span = to_input(story, start, start + len(words))
    return source[slice(*span)] if span else None


def test_plain_words_are_shown_as_they_stand() -> None:
    assert shown("<p>nine ferrymen came home</p>", "ferrymen came") == "ferrymen came"


def test_a_span_runs_through_tags_entities_and_line_breaks() -> None:
    source = "<p>nine <b>ferry</b>men &amp;\n   two&nbsp;officers came</p>"
    assert shown(source, "ferrymen & two officers") == "ferry</b>men &amp;\n   two&nbsp;officers"


def test_a_span_that_begins_or_ends_with_an_entity_holds_it() -> None:
    assert shown("<p>he said &ldquo;home&rdquo; twice</p>", "“home”") == "&ldquo;home&rdquo;"


def test_an_entity_at_the_start_of_a_paragraph_is_left_out_rather_than_reach_into_the_one_before() -> None:
    assert shown("<p>nine men</p><p>&ldquo;home&rdquo; twice</p>", "“home”") == "home&rdquo;"


def test_white_space_around_a_span_is_left_out() -> None:
    assert shown("<p>nine men</p>\n\n<p>two officers</p>", "men\n\ntwo") == "men</p>\n\n<p>two"


def test_a_span_of_nothing_verbatim_is_a_failure() -> None:
    story = story_of("<p>&hellip;</p>")
    assert (story.text, to_input(story, 0, 1)) == ("…", None)


def test_spans_outside_the_text_or_empty_are_failures() -> None:
    story = story_of("<p>nine men</p>")
    assert to_input(story, 3, 3) is None
    assert to_input(story, 50, 60) is None
    assert to_input(story, 4, 5) is None


def test_a_story_without_segments_maps_nothing() -> None:
    assert to_input(replace(story_of("<p>nine men</p>"), segments=()), 0, 4) is None


def test_segments_are_the_longest_verbatim_runs() -> None:
    body = Spotted("abXcd", [2, 3, -1, 4, 5])
    assert segments(body, "--abcd") == (
        MapSegment(text_start=0, input_start=2, length=2),
        MapSegment(text_start=3, input_start=4, length=2),
    )


def test_a_cut_leaves_out_white_space_at_its_ends_and_keeps_the_places() -> None:
    part = whole("ab  cd  ef").cut(2, 8)
    assert (part.text, part.start, part.end) == ("cd", 4, 6)


def test_blocks_of_old_markup_without_closing_tags_are_read_in_order() -> None:
    source = "<table><tr><td>one<td>two<tr><td>three</table><p>four<p>five<li>six"
    assert [block.spotted.text for block in read(source).blocks] == ["one", "two", "three", "four", "five", "six"]


def test_what_is_hidden_is_cut_out_of_the_visible_source() -> None:
    reading = read("<p>nine</p><div hidden><p>ten</p></div><p>two</p>")
    assert (reading.visible, reading.hidden) == ("<p>nine</p><p>two</p>", 1)


def test_a_line_break_ends_a_paragraph_only_where_a_sentence_ends() -> None:
    source = "<div>nine ferrymen came<br>home on Monday.<br>Two officers too.<br><br>The toll stays.</div>"
    assert [block.spotted.text for block in read(source).blocks] == [
        "nine ferrymen came home on Monday.",
        "Two officers too.",
        "The toll stays.",
    ]
    assert shown(source, "came home") == "came<br>home"
