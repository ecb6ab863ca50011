"""Following a page gives what decoding every page whole gives, errors included."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from collector.boundaries import Boundaries, boundaries
from collector.changed import Following, applied, changes
from collector.errors import SourceChanged
from collector.page_edits import Doubt, Form, PageEdits
from collector.strict import read_json

Item = TypeVar("Item")


class Camera(Struct, frozen=True):
    id: int
    name: str | None
    is_on: bool = field(name="on")


class Listing(Struct, Generic[Item]):
    total: int
    items: list[Item] = field(name="list")


FORM: Form[int, Camera] = Form(
    Decoder(Listing[Camera]), Decoder(Listing[Raw]), Decoder(list[Camera]), lambda page: (page.total, page.items)
)


def camera(number: int, name: str | None = "路口", is_on: bool = True, extra: Any = "},{") -> bytes:
    return msgspec.json.encode({"id": number, "name": name, "on": is_on, "extra": extra, "list": [{"id": 1}]})


def listing(records: Sequence[bytes], total: int = 0, separator: bytes = b",", tail: bytes = b',"size":1}') -> bytes:
    return b'{"msg":"","total":%d,"list":[%b]%b' % (total, separator.join(records), tail)


def whole(body: bytes) -> tuple[int, list[Camera]] | str:
    """What the page says by the plain decoder, or its error."""
    try:
        page = read_json(FORM.whole, body, "page 1")
    except SourceChanged as error:
        return str(error)
    return page.total, page.items


class Reader:
    """Follows a page and keeps its records by the edits."""

    def __init__(self) -> None:
        self.following = Following(FORM)
        self.records: list[Camera] = []

    def read(self, body: bytes) -> tuple[int, list[Camera]] | str:
        try:
            edits = self.following.read(body, "page 1", self.records)
        except SourceChanged as error:
            return str(error)
        self.records = applied(self.records, edits)
        return self.following.head, list(self.records)


def edited(body: bytes, edits: Sequence[Any]) -> list[Camera]:
    return applied(FORM.whole.decode(body).items, edits)


def check(*bodies: bytes) -> None:
    reader = Reader()
    for body in bodies:
        assert reader.read(body) == whole(body)


def edits_of(old: bytes, new: bytes) -> PageEdits[int, Camera]:
    """The edits without the way back to decoding the page whole."""
    total, records = FORM.take(FORM.outline.decode(old))
    places = boundaries(old, records)
    assert places is not None
    return PageEdits(FORM, old, total, places, new)


CITY = [camera(number) for number in range(40)]

CHANGES = {
    "one value": [*CITY[:7], camera(7, is_on=False), *CITY[8:]],
    "the first": [camera(0, "x"), *CITY[1:]],
    "the last": [*CITY[:39], camera(39, None)],
    "neighbours": [*CITY[:5], camera(5, "a"), camera(6, "b"), camera(7, "c"), *CITY[8:]],
    "the last two": [*CITY[:38], camera(38, "a"), camera(39, "b")],
    "inserted": [*CITY[:9], camera(90), camera(91), *CITY[9:]],
    "inserted before the last": [*CITY[:39], camera(90), CITY[39]],
    "inserted first": [camera(90), *CITY],
    "appended": [*CITY, camera(90), camera(91)],
    "left out": [*CITY[:9], *CITY[12:]],
    "first left out": CITY[1:],
    "last left out": CITY[:39],
    "moved": [*CITY[:3], CITY[30], *CITY[3:30], *CITY[31:]],
    "swapped": [*CITY[:3], CITY[4], CITY[3], *CITY[5:]],
    "twice": [*CITY[:3], *CITY[2:]],
    "far apart": [camera(0, None), *CITY[1:20], camera(20, None), *CITY[21:39]],
}


@pytest.mark.parametrize("separator", [b",", b", ", b" ,\n  "], ids=["plain", "spaced", "on lines"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_read_without_decoding_the_page_whole(change: str, separator: bytes) -> None:
    old, new = listing(CITY, 40, separator), listing(CHANGES[change], 40, separator)
    found = edits_of(old, new)
    assert edited(old, found.edits) == whole(new)[1]
    assert sum(len(edit.records) for edit in found.edits) <= 5
    places = boundaries(new, FORM.outline.decode(new).items)
    assert places is not None
    assert found.places.starts.tolist() == places.starts.tolist()
    assert (found.places.end, found.places.separator) == (places.end, places.separator)


def test_another_total_and_another_tail_are_read_from_the_frame() -> None:
    found = edits_of(listing(CITY, 40), listing([*CITY[:4], *CITY[5:]], 1_000, tail=b',"size":39,"at":"now"} '))
    assert (found.head, [(edit.start, edit.stop) for edit in found.edits]) == (1_000, [(4, 5)])


def test_a_total_that_stands_behind_the_list_is_read_again() -> None:
    assert edits_of(listing(CITY, tail=b',"total":55}'), listing(CITY, tail=b',"total":66}')).head == 66


@pytest.mark.parametrize("page", [b"[]", b"[1, 2\n,3]", b"[1,2 ,3]", b"[1 ,2,3]"])
def test_records_with_different_separators_have_no_boundaries(page: bytes) -> None:
    assert boundaries(page, Decoder(list[Raw]).decode(page)) is None


def test_boundaries_are_those_of_the_parse_whatever_the_text_looks_like() -> None:
    page = b' [ "},{" ,\t{"a":[{},{}]} ,\t12 ] '
    found = boundaries(page, Decoder(list[Raw]).decode(page))
    assert found is not None
    assert (found.starts.tolist(), found.end, found.separator) == ([3, 11, 27], 29, b" ,\t")


DOUBTS = {
    "a head that opens another list": b'{"total":1,"list":[%b],"other":[%b],"x":0}' % (CITY[0], b",".join(CITY)),
    "a tail that brings another list": listing(CITY, tail=b',"list":[%b],"size":1}' % CITY[3]),
    "a list closed early": listing([*CITY[:4], CITY[4] + b'],"list":[' + CITY[5], *CITY[6:]]),
    "text that opens in one place and closes in another": listing([*CITY[:4], CITY[4][:-1] + b',"z":"', *CITY[5:9], b'"}', *CITY[9:]]),
    "a separator too many": listing([*CITY[:4], b"", *CITY[4:]]),
    "a separator too few": listing([*CITY[:4], CITY[4] + CITY[5], *CITY[6:]]),
    "another byte for a separator": listing([*CITY[:4], camera(4, "x") + b";" + CITY[5], *CITY[6:]]),
    "a record without bytes": listing([*CITY[:4], b"", *CITY[5:]]),
    "a last record without bytes": listing([*CITY[:39], b""]),
    "a tail that is broken": listing(CITY)[:-1] + b"]",
    "two records with another separator": listing([*CITY[:4], camera(90) + b" ," + camera(91), *CITY[5:]]),
    "another separator": listing([*CITY[:4], CITY[4] + b" ", *CITY[5:]]),
    "a word that is not known": listing([*CITY[:4], CITY[4].replace(b"true", b"null"), *CITY[5:]]),
    "nothing": b"",
    "no records": listing([]),
    "cut short": listing(CITY)[:-30],
    "too much changed": listing([camera(number, f"c{number}") if number % 3 else CITY[number] for number in range(40)]),
    "a long stretch changed": listing([camera(number, "c") if 9 < number < 20 else CITY[number] for number in range(40)]),
}  # fmt: skip


@pytest.mark.parametrize("doubt", DOUBTS)
def test_in_doubt_the_page_is_decoded_whole(doubt: str) -> None:
    with pytest.raises((Doubt, msgspec.DecodeError)):
        edits_of(listing(CITY), DOUBTS[doubt])
    check(listing(CITY), DOUBTS[doubt], listing(CITY))


def test_pages_that_change_everywhere_are_soon_decoded_whole_without_an_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attempts: list[bytes] = []

    def counted(page: bytes, records: Sequence[Raw]) -> Boundaries | None:
        attempts.append(page)
        return boundaries(page, records)

    monkeypatch.setattr("collector.changed.boundaries", counted)
    check(*(listing([camera(number, extra=poll) for number in range(40)]) for poll in range(300)))
    assert 1 < len(attempts) < 15


def test_records_of_a_page_decoded_whole_are_replaced_only_where_they_changed() -> None:
    reader = Reader()
    stamped = [listing([camera(number, extra=poll) for number in range(40)]) for poll in range(4)]
    stamped[3] = stamped[3].replace(b'"id":7,', b'"id":70,')
    for body in stamped[:3]:
        reader.read(body)
    before = reader.records
    (edit,) = reader.following.read(stamped[3], "page 1", before)
    assert ((edit.start, edit.stop), [record.id for record in edit.records]) == ((7, 8), [70])
    after = applied(before, [edit])
    assert [number for number in range(40) if after[number] is not before[number]] == [7]


def test_a_page_decoded_whole_in_which_only_unread_fields_changed_has_no_edits() -> None:
    reader = Reader()
    for poll in range(3):
        reader.read(listing([camera(number, extra=poll) for number in range(40)]))
    assert reader.following.read(listing([camera(n, extra="x") for n in range(40)]), "page 1", reader.records) == []


lists = st.lists(st.integers(0, 3), max_size=8)


@given(lists, lists)
def test_changes_applied_to_the_list_before_give_the_list_after(before: list[int], after: list[int]) -> None:
    assert applied(before, changes(before, after)) == after


names = st.one_of(
    st.none(), st.text(max_size=6), st.sampled_from(["},{", '","list":[', '\\"}],{"', "路口", "\u2028", "]", "💡"])
)
records = st.builds(camera, st.integers(0, 9), names, st.booleans(), names)
texts = st.builds(lambda text, space: space + text + space, records, st.sampled_from([b""] * 9 + [b" ", b"\n", b"\t"]))
places = st.integers(0, 200)
ways = st.sampled_from(["other order", "escapes", "no escapes", "number as string", "number as float"])
snippets = st.one_of(
    st.sampled_from([b"},{", b",", b'"', b"]", b"[", b"{", b"}", b" ", b'],"list":[', b"\\", b"\xff", b"1", b"null"]),
    records,
)


@st.composite
def edited_lists(draw: st.DrawFn, before: list[bytes]) -> list[bytes]:
    """A list after some changes: values, insertions, deletions, duplicates, moves."""
    after = list(before)
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["set", "insert", "delete", "double", "move"]))
        at = draw(places) % (len(after) + 1)
        if kind == "insert" or not after:
            after[at:at] = draw(st.lists(texts, max_size=3))
        elif kind == "set":
            after[at : at + 1] = [draw(texts)]
        elif kind == "delete":
            del after[at : at + draw(st.integers(1, 3))]
        elif kind == "double":
            after[at:at] = after[at : at + 2]
        else:
            after.insert(draw(places) % len(after), after.pop(at % len(after)))
    return after


def with_stamps(texts: Sequence[bytes], stamp: int) -> list[bytes]:
    """Every record with a value that is not read and differs from poll to poll."""
    return [text.replace(b'"id":', b'"seen":"%d","id":' % stamp, 1) for text in texts]


def rewritten(text: bytes, way: str) -> bytes:
    """A record that says the same in other bytes, or nearly the same and is refused."""
    if not text.startswith(b"{") or not text.endswith(b"}"):
        return text
    fields = msgspec.json.decode(text)
    if way == "other order":
        fields = dict(reversed(fields.items()))
    elif way == "number as string":
        fields["id"] = str(fields["id"])
    elif way == "number as float":
        fields["id"] = float(fields["id"])
    return json.dumps(fields, ensure_ascii=way == "escapes", separators=(",", ":")).encode()


def damaged(body: bytes, at: int, length: int, snippet: bytes) -> bytes:
    at %= len(body) + 1
    return body[:at] + snippet + body[at + length :]


@st.composite
def chains(draw: st.DrawFn) -> list[bytes]:
    """Successive bodies of a page; some are damaged, and some come again."""
    separator = draw(st.sampled_from([b",", b", ", b"\n,"]))
    listed = draw(st.lists(records, min_size=1, max_size=6)) * draw(st.sampled_from([4, 10, 20]))
    listed = [replace_id(text, number) for number, text in enumerate(listed)]
    is_stamped = draw(st.sampled_from([False, False, True]))
    bodies = []
    for poll in range(draw(st.integers(2, 6))):
        listed = draw(edited_lists(listed))
        if listed and draw(st.integers(0, 3)) == 0:
            at = draw(places) % len(listed)
            listed[at] = rewritten(listed[at], draw(ways))
        total = draw(st.sampled_from([len(listed)] + [7] * 5))
        tail = draw(st.sampled_from([b"}"] * 9 + [b',"list":[]}', b',"at":"],"}', b"} x"]))
        body = listing(with_stamps(listed, poll) if is_stamped else listed, total, separator, tail)
        if draw(st.integers(0, 5)) == 5:
            body = damaged(body, draw(st.integers(0, 1 << 16)), draw(st.integers(0, 40)), draw(snippets))
        bodies.append(body)
    return bodies


def replace_id(text: bytes, number: int) -> bytes:
    return text.replace(b'"id":', b'"id":%d' % (1 + number), 1)


@settings(max_examples=400, deadline=None)
@given(chains())
def test_a_chain_of_pages_reads_as_if_each_were_decoded_whole(bodies: list[bytes]) -> None:
    check(*bodies)


STARTS = [listing(CITY).index(text) for text in CITY]
cuts = st.builds(
    lambda record, shift: max(0, STARTS[record] + shift),
    st.integers(0, 39),
    st.sampled_from([0] * 9 + [-1, 1, -2, 9, 400, -400]),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(cuts, cuts, cuts), min_size=1, max_size=3), cuts, st.one_of(st.just(b""), snippets))
def test_what_the_edits_say_alone_is_what_the_page_says(
    copies: list[tuple[int, int, int]], at: int, snippet: bytes
) -> None:
    """Stretches that begin and end near records are copied from one place to another; in doubt nothing is said."""
    old = listing(CITY)
    new = damaged(old, at, len(snippet), snippet)
    for first, second, target in copies:
        stretch = old[min(first, second) : max(first, second)][-2000:]
        new = damaged(new, target, len(stretch) if target % 2 else 0, stretch)
    try:
        found = edits_of(old, new)
    except (Doubt, msgspec.DecodeError, UnicodeDecodeError):
        return
    assert (found.head, edited(old, found.edits)) == whole(new)
