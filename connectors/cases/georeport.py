"""An answer of GeoReport v2, in JSON or XML, as typed requests."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from xml.etree import ElementTree as ET

import msgspec
from msgspec import Meta, Struct

from collector.errors import SourceChanged
from collector.strict import read_json

Format = Literal["json", "xml"]
Text = Annotated[str, Meta(min_length=1)]


class Recipients(Struct):
    recipient: list[str]


class Request(Struct, gc=False, kw_only=True):
    """id: null until the server has accepted a request that has a token."""

    id: Annotated[str, Meta(min_length=1)] | int | None = msgspec.field(name="service_request_id", default=None)
    token: str | int | None = None
    status: Literal["open", "closed"]
    requested: Text = msgspec.field(name="requested_datetime")
    updated: Text | None = msgspec.field(name="updated_datetime", default=None)
    expected: Text | None = msgspec.field(name="expected_datetime", default=None)
    service: str | None = msgspec.field(name="service_name", default=None)
    agency: str | Recipients | None = msgspec.field(name="agency_responsible", default=None)

    @property
    def department(self) -> str | None:
        if isinstance(self.agency, Recipients):
            return ", ".join(self.agency.recipient) or None
        return self.agency or None


class _Wrapped(Struct):
    requests: list[Request] = msgspec.field(name="service_requests")


_list = msgspec.json.Decoder(list[Request])
_wrapped = msgspec.json.Decoder(_Wrapped)
_one = msgspec.json.Decoder(Request)
_keys = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_requests(body: bytes, form: Format, part: str) -> list[Request]:
    """Raises SourceChanged naming part and field, also for a list of errors and for a web page."""
    if form == "xml":
        return _from_xml(body, part)
    if not body.lstrip().startswith(b"{"):
        return read_json(_list, body, part)
    if "service_requests" in read_json(_keys, body, part):
        return read_json(_wrapped, body, part).requests
    return [read_json(_one, body, part)]


def _from_xml(body: bytes, part: str) -> list[Request]:
    if b"<!ENTITY" in body or b"<!DOCTYPE" in body:
        raise SourceChanged(part, "declares a document type or entities, as no GeoReport answer does")
    try:
        root = ET.fromstring(body)  # noqa: S314  entities are refused above
    except (ET.ParseError, ValueError, LookupError) as error:
        raise SourceChanged(part, f"is not complete XML ({error})") from None
    if root.tag != "service_requests":
        raise SourceChanged(f"{part} {root.tag}", "service_requests was expected")
    return [_request(item, f"{part} request {number}") for number, item in enumerate(root, 1)]


def _request(item: ET.Element, place: str) -> Request:
    fields = {field.tag: _content(field) for field in item}
    try:
        return msgspec.convert(fields, Request)
    except msgspec.ValidationError as error:
        raise SourceChanged(place, str(error)) from None


def _content(field: ET.Element) -> Any:
    """Its text, None where that is blank; a list of recipients as JSON has it."""
    if field.tag == "agency_responsible" and len(field):
        return {"recipient": [child.text or "" for child in field]}
    return (field.text or "").strip() or None
