#!/usr/bin/env python3
"""Counts the days of a raw export (`tomoshibi daily-log export --raw`) once more, from domain.md 7.4 alone.

Standard library only. Bands are worked out here, from office hours and the days that are closed; nothing of the
service's own arithmetic is used.

    count.py --office 08:30-17:15 --holiday 2026-11-23 < raw.jsonl
"""

import argparse
import json
import math
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone

JAPAN = timezone(timedelta(hours=9))
SECOND = 1_000_000
CALLERS = [
    ("person", {300}), ("family", {310, 311, 312, 313}), ("medical", {320, 321, 322}), ("police", {335}),
    ("fire", {336}), ("government", {330, 331, 332, 333}), ("other", {340, 350, 360, 370}),
]


def local(us):
    return datetime.fromtimestamp(us // SECOND, JAPAN)


def clock(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class Office:
    def __init__(self, hours, holidays):
        self.opens, self.closes = (clock(part) for part in hours.split("-"))
        self.holidays = set(holidays)

    def is_closed(self, day):
        return day.weekday() >= 5 or day.isoformat() in self.holidays

    def band(self, us):
        at = local(us)
        minute = at.hour * 60 + at.minute
        today = at.date()
        if not self.is_closed(today) and self.opens <= minute < self.closes:
            return "B1"
        # Before six it is still the night that began the day before.
        if minute < 6 * 60:
            return "B5" if self.is_closed(today - timedelta(days=1)) else "B3"
        if minute >= 22 * 60:
            return "B5" if self.is_closed(today) else "B3"
        if self.is_closed(today):
            return "B4"
        return "B6" if minute < self.opens else "B2"


class Row:
    def __init__(self):
        self.sums = defaultdict(int)
        self.lists = defaultdict(list)
        self.people = defaultdict(set)
        self.time = defaultdict(int)

    def told(self):
        figures = dict(self.sums)
        waits, talks = sorted(self.lists["wait"]), self.lists["talk"]
        if waits:
            figures["asa_s"] = nearest(sum(waits), len(waits))
            figures["p95_answer_s"] = waits[math.ceil(len(waits) * 95 / 100) - 1]
        if self.lists["delay"]:
            figures["longest_wait_s"] = max(self.lists["delay"])
        if talks:
            figures["talk_s"] = nearest(sum(talks), len(talks))
        figures["staff_on_duty"] = len(self.people["staff"])
        figures["staff_min"] = self.time["staff"] // (60 * SECOND)
        figures["on_call_doctors"] = len(self.people["on_call"])
        figures["on_call_min"] = self.time["on_call"] // (60 * SECOND)
        counts = {name: many for name, many in figures.items() if "/" in name}
        for name, who in self.people.items():
            if name.startswith("by_qual/"):
                counts[name] = len(who)
        return {
            "figures": {name: many for name, many in figures.items() if "/" not in name},
            "counts": counts,
        }


def nearest(total, many):
    return (2 * total + many) // (2 * many)


class Day:
    def __init__(self, office, head):
        self.office, self.head = office, head
        self.calls, self.records = defaultdict(list), {}
        self.rows = defaultdict(Row)
        start = datetime.fromisoformat(head["service_date"] + "T00:00:00").replace(tzinfo=JAPAN)
        start += timedelta(minutes=office.opens if head.get("starts") is None else head["starts"])
        self.starts = int(start.timestamp()) * SECOND
        self.ends = self.starts + 24 * 3600 * SECOND

    def both(self, us):
        return self.rows[self.office.band(us)], self.rows["day"]

    def add(self, us, name, holds=True):
        for row in self.both(us):
            row.sums[name] += bool(holds)

    def value(self, us, name, value):
        for row in self.both(us):
            row.lists[name].append(value)

    def count(self):
        for at in range(self.starts, self.ends, 60 * SECOND):
            self.rows[self.office.band(at)]
        for row in self.rows.values():
            row.sums.update({name: row.sums[name] for name in ZERO})
        self.duty()
        rang = defaultdict(int)
        for entries in sorted(self.calls.values(), key=lambda one: (one[0]["at_us"], one[0]["call"])):
            self.call(entries, rang)
        for record in self.records.values():
            self.record(record)
        names = ["day"] + sorted(name for name in self.rows if name != "day")
        return [{"band": name, **self.rows[name].told()} for name in names]

    def duty(self):
        """Minute by minute: who is there, in which band."""
        there = defaultdict(list)
        for person in self.head["duty"]["people"]:
            there[(person["staff"], person["on_call"], person["qualification"])].append(person["span"])
        for (staff, on_call, qualification), spans in there.items():
            kind = "on_call" if on_call else "staff"
            for at in range(self.starts, self.ends, 60 * SECOND):
                if any(span["from"] <= at < span["until"] for span in spans):
                    for row in self.both(at):
                        row.people[kind].add(staff)
                        row.time[kind] += 60 * SECOND
                        if not on_call:
                            row.people["by_qual/" + (qualification or "unknown")].add(staff)

    def call(self, entries, rang):
        entries.sort(key=lambda entry: entry["seq"])
        begun = entries[0]["at_us"]
        steps = {}
        for entry in entries:
            steps.setdefault(entry["step"]["step"], entry)
        answered = steps.get("answered", {}).get("at_us")
        ended = steps.get("ended", {}).get("at_us")
        reason = steps["ended"]["step"]["reason"] if ended is not None else None
        self.add(begun, "offered")
        self.add(begun, "redials", entries[0]["step"]["class"] == "repeat")
        number = entries[0]["number"]
        if number:
            rang[number] += 1
            self.add(begun, "repeat_callers", rang[number] == 2)
        self.add(begun, self.fate(begun, answered, ended, reason, steps))
        if answered is None and ended is None:
            return
        waited = ((answered if answered is not None else ended) - begun) / SECOND
        self.value(begun, "delay", int(waited))
        if answered is not None:
            self.value(begun, "wait", int(waited))
            self.add(begun, "in20s", waited <= 20)
            self.add(begun, "in60s", waited <= 60)
            if ended is not None:
                self.add(begun, "handled")
                self.value(begun, "talk", (ended - answered) // SECOND)

    @staticmethod
    def fate(begun, answered, ended, reason, steps):
        if answered is not None:
            return "answered"
        if ended is None:
            return "waiting"
        nobody = steps.get("nobody_free", {}).get("step", {}).get("why")
        if nobody in ("nobody_on_duty", "nobody_signed_in") and "offered" not in steps:
            return "blocked"
        if reason != "abandoned_in_queue":
            return "cut_off"
        return "abandoned_lt30" if ended - begun < 30 * SECOND else "abandoned_ge30"

    def record(self, record):
        # What came of a call belongs to the band in which it began.
        at, fields = self.calls[record["call"]][0]["at_us"], record["fields"]
        one = lambda name: (fields.get(name) or [None])[0]
        flags = fields.get("special_flags", [])
        self.add(at, "records")
        self.add(at, "silent", one("end_kind") == "silent_closed" or "silent" in flags)
        self.add(at, "frequent_caller_calls", "frequent" in flags)
        caller = int(one("caller_kind") or 380)
        group = next((name for name, codes in CALLERS if caller in codes), "unknown")
        self.add(at, f"by_caller/{group}")
        self.add(at, f"by_triage/{one('triage_code') or 'unknown'}")
        self.add(at, f"by_age/{one('age_band') or 'unknown'}")
        for field, name in (("topic", "by_topic"), ("disposition", "by_disposition")):
            for code in set(fields.get(field) or ["unknown"]):
                self.add(at, f"{name}/{code}")
        dispositions = fields.get("disposition", [])
        self.add(at, "to_119", "D08" in dispositions or one("emergency_service") == "119")


ZERO = [
    "offered", "answered", "blocked", "abandoned_lt30", "abandoned_ge30", "cut_off", "waiting", "redials",
    "repeat_callers", "in20s", "in60s", "handled", "records", "silent", "frequent_caller_calls",
]


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--office", default="08:30-17:15")
    args.add_argument("--holiday", action="append", default=[])
    args.add_argument("--day-starts", default="08:30")
    args = args.parse_args()
    office, days = Office(args.office, args.holiday), {}
    for text in sys.stdin:
        line = json.loads(text)
        if line["line"] == "day":
            day = Day(office, {**line, "starts": clock(args.day_starts)})
            days[line["service_date"]] = day
        elif line["line"] == "entry":
            day.calls[line["call"]].append(line)
        elif line["line"] == "record":
            day.records[line["record"]] = line
    json.dump({name: day.count() for name, day in days.items()}, sys.stdout, sort_keys=True)


if __name__ == "__main__":
    main()
