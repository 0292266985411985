"""Reads the JSON-LD and the iCalendar of a folder as an outsider does, on 30 November 2026, 23:30."""

import json
import sys
from datetime import date
from pathlib import Path

from icalendar import Calendar
from msgspec_schemaorg.models import ContactPoint, OpeningHoursSpecification, Organization
from pyld import jsonld

FOLDER = Path(sys.argv[1])
SCHEMA = "http://schema.org/"


def offline(url, options=None):
    """schema.org's own context says the same of the words that we use."""
    assert url.rstrip("/") == "https://schema.org", url
    types = {"url": {"@type": "@id"}, "dayOfWeek": {"@type": "@id"}, "validFrom": {"@type": SCHEMA + "Date"}}
    context = {"@context": {"@vocab": SCHEMA, **types}}
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context}


jsonld.set_document_loader(offline)


def fields(struct):
    return set(struct.__struct_encode_fields__)


def known(node, struct):
    own = {key for key in node if not key.startswith(("@", "tomoshibi:"))}
    assert own <= fields(struct), own - fields(struct)


def one(node, name):
    (value,) = node[SCHEMA + name]
    return value.get("@value", value)


def read_json(tongue):
    told = json.loads((FOLDER / f"{tongue}.json").read_text())
    known(told, Organization)
    for point in told["contactPoint"]:
        known(point, ContactPoint)
        for hours in point.get("hoursAvailable", []):
            known(hours, OpeningHoursSpecification)
    (operator,) = jsonld.expand(told)
    assert operator["@type"] == [SCHEMA + "Organization"]
    return {one(point, "telephone"): point for point in operator[SCHEMA + "contactPoint"]}


def hours(point, day):
    """By date if there is one, else by the day of the week, as search engines do."""
    dated, weekly = [], []
    for entry in point[SCHEMA + "hoursAvailable"]:
        span = (one(entry, "opens"), one(entry, "closes"))
        if SCHEMA + "validFrom" in entry:
            if one(entry, "validFrom") <= day.isoformat() <= one(entry, "validThrough"):
                dated.append(span)
        elif any(name["@id"] == f"https://schema.org/{day:%A}" for name in entry[SCHEMA + "dayOfWeek"]):
            weekly.append(span)
    return dated or weekly


for tongue in ("ja", "en"):
    points = read_json(tongue)
    assert set(points) == {"03-0000-0200", "0300000100", "119", "110"}, set(points)
    office, night = points["03-0000-0200"], points["0300000100"]
    assert hours(office, date(2026, 12, 1)) == [("08:30", "17:15")]
    assert hours(office, date(2026, 12, 5)) == []
    assert hours(office, date(2026, 12, 30)) == [("00:00", "00:00")]
    assert hours(office, date(2026, 12, 10)) == [("00:00", "00:00")]
    assert hours(night, date(2026, 12, 1)) == [("17:15", "08:30")]
    assert hours(night, date(2027, 1, 1)) == [("08:30", "08:29")]
    own = "urn:tomoshibi:public:"
    assert office[own + "isOpen"] == [{"@value": False}] and night[own + "isOpen"] == [{"@value": True}]
    assert office[own + "answeredBy"][0]["@id"] == night["@id"] == own + "window:night"
    assert night[own + "openUntil"] == [{"@value": "2026-12-01T08:30:00+09:00"}]

    calendar = Calendar.from_ical((FOLDER / f"{tongue}.ics").read_bytes())
    assert calendar["METHOD"] == "PUBLISH" and not calendar.errors
    events = calendar.walk("VEVENT")
    days = [event["DTSTART"].dt for event in events]
    ends = [(event["DTEND"].dt - event["DTSTART"].dt).days for event in events]
    turn = [date(2026, 12, day) for day in (29, 30, 31)] + [date(2027, 1, day) for day in (1, 2, 3)]
    assert days == [date(2026, 12, 10), *turn, date(2027, 1, 11)], days
    assert set(ends) == {1} and len({event["UID"] for event in events}) == len(events)
    assert all(event["SEQUENCE"] == 4 for event in events)
    first = str(events[1]["DESCRIPTION"]).split("\n")
    assert len(first) == 2 and "03-0000-0200" in first[0] and "8:30" in first[1], first

print("read")
