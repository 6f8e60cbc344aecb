#!/usr/bin/env python3
"""The second opinion on due dates: a naive program that shares nothing with the engine.

    deadline.py CALENDAR.toml < questions.jsonl > answers.jsonl

Reads one JSON question a line as `dunghen calendar due --batch` does and answers in the same
words, without the details of errors. It looks at one day after the other and asks for the kind
of a day at the moment when it needs it; the first day that it may not rely on ends the count.
Python 3.11, standard library only. Rule ids are those of the domain reference.
"""

import calendar
import datetime as dt
import functools
import json
import re
import sys
import tomllib
import zoneinfo

ONE_DAY = dt.timedelta(days=1)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
KEYS = ["received", "limit", "cutoff", "cutoff_effect", "due_time", "hours"]
CUTOFFS = ["none", "after_15h", "last_hour", "after_17h_or_off_day", "after_close"]
EFFECTS = ["count_starts_next_wd", "treat_as_received_next_wd"]
ENCODE = json.JSONEncoder(separators=(",", ":")).encode
UNITS = {"wd": 3650, "cd": 3650, "wh": 29200, "mo": 120}


class Refused(Exception):
    pass


def invalid(field):
    return Refused({"error": "invalid_input", "field": field})


class Calendar:
    def __init__(self, path):
        with open(path, "rb") as file:
            data = tomllib.load(file)
        self.zone = zoneinfo.ZoneInfo(data["timezone"])
        self.weekend = {WEEKDAYS.index(name) for name in data["weekend"]}
        self.final = {year["year"] for year in data["year"] if year["status"] == "final"}
        days = lambda kind: {
            dt.date.fromisoformat(entry["date"]) for year in data["year"] for entry in year.get(kind, [])
        }
        self.off, self.makeup = days("off"), days("makeup")
        self.last_makeup = max(self.makeup, default=dt.date.min)
        self.known = {}

    def works(self, day):
        """Whether people work on this day, or the refusal to say so (TIME-15)."""
        answer = self.known.get(day)
        if answer is None:
            answer = self.known[day] = self.look_up(day)
        if isinstance(answer, bool):
            return answer
        raise answer

    def look_up(self, day):
        if len(self.weekend) == 7 and day > self.last_makeup:
            return Refused({"error": "no_working_time"})
        if day.year not in self.final:
            return Refused({"error": "calendar_not_final", "year": day.year})
        if day in self.off:
            return False
        return day in self.makeup or day.weekday() not in self.weekend

    def next_working(self, day):
        day += ONE_DAY
        while not self.works(day):
            day += ONE_DAY
        return day

    def rolled(self, day):
        """TIME-02."""
        while not self.works(day):
            day += ONE_DAY
        return day

    def instant(self, day, seconds):
        if seconds == 86400:
            day, seconds = day + ONE_DAY, 0
        clock = dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
        # Through UTC and back, so that a time that no clock shows becomes one that does.
        naive = dt.datetime.combine(day, clock, tzinfo=self.zone)
        return naive.astimezone(dt.timezone.utc).astimezone(self.zone)


def clock_seconds(text):
    match = re.fullmatch(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?", text)
    if not match:
        raise ValueError(text)
    hour, minute, second = (int(part or 0) for part in match.groups())
    seconds = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or seconds > 86400:
        raise ValueError(text)
    return seconds


def read_received(text, zone):
    match = re.fullmatch(
        r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?"
        r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))?",
        text,
    )
    if not match:
        raise ValueError(text)
    parts = [int(part or 0) for part in match.groups()[:6]]
    moment = dt.datetime(*parts)
    if match[7]:
        return moment.replace(tzinfo=dt.timezone.utc).astimezone(zone)
    if match[8]:
        if int(match[10]) > 59:
            raise ValueError(text)
        offset = dt.timedelta(hours=int(match[9]), minutes=int(match[10]))
        offset = dt.timezone(offset if match[8] == "+" else -offset)
        return moment.replace(tzinfo=offset).astimezone(zone)
    return moment.replace(tzinfo=zone).astimezone(dt.timezone.utc).astimezone(zone)


@functools.cache
def read_limit(text):
    """(unit, count), or (unit, None) above the cap of TIME-15."""
    if text in ("same-day", "none"):
        return text, 0
    match = re.fullmatch(r"([0-9]+)(wd|cd|wh|mo)", text)
    if not match or int(match[1]) < 1:
        raise ValueError(text)
    count = int(match[1])
    return match[2], count if count <= UNITS[match[2]] else None


@functools.cache
def read_hours(text):
    sessions = []
    for part in text.split(","):
        start, end = part.split("-")
        start, end = clock_seconds(start), clock_seconds(end)
        if start >= end or (sessions and start < sessions[-1][1]):
            raise ValueError(text)
        sessions.append((start, end))
    return sessions


def one_of(words):
    def read(text):
        if text not in words:
            raise ValueError(text)
        return text

    return read


def read_due_time(text):
    if text in ("end_of_day", "same_clock"):
        return text
    if not text.startswith("fixed="):
        raise ValueError(text)
    return clock_seconds(text[6:])


READERS = {
    "limit": read_limit,
    "cutoff": one_of(CUTOFFS),
    "cutoff_effect": one_of(EFFECTS),
    "due_time": read_due_time,
    "hours": read_hours,
}
DEFAULTS = {
    "cutoff": "none",
    "cutoff_effect": "count_starts_next_wd",
    "due_time": "end_of_day",
    "hours": "07:30-11:30,13:30-17:00",
}


def read(question, cal):
    try:
        asked = json.loads(question)
    except ValueError:
        raise invalid("line")
    if not isinstance(asked, dict):
        raise invalid("line")
    for key, value in asked.items():
        if key not in KEYS or not isinstance(value, str):
            raise invalid(key)
    answer, beyond = {}, False
    for key in KEYS:
        text = asked.get(key, DEFAULTS.get(key))
        if text is None:
            raise invalid(key)
        try:
            answer[key] = READERS[key](text) if key in READERS else read_received(text, cal.zone)
        except OverflowError:
            beyond = True
        except ValueError:
            raise invalid(key)
    if beyond or answer["limit"][1] is None:
        raise Refused({"error": "out_of_range"})
    return answer


class Receipt:
    def __init__(self, cal, asked):
        self.cal = cal
        self.at = asked["received"].replace(microsecond=0)
        self.day = self.at.date()
        self.clock = self.at.hour * 3600 + self.at.minute * 60 + self.at.second
        self.sessions = asked["hours"]
        self.opening, self.closing = self.sessions[0][0], self.sessions[-1][1]
        self.cutoff, self.due_time = asked["cutoff"], asked["due_time"]
        self.deemed_received_later = asked["cutoff_effect"] == "treat_as_received_next_wd"
        # TIME-06: what the clock alone decides, and only *after* is too late.
        last_in_time = {
            "none": 10**9,
            "after_15h": 15 * 3600,
            "last_hour": max(self.closing - 3600, 0),
            "after_17h_or_off_day": 17 * 3600,
            "after_close": self.closing,
        }[self.cutoff]
        self.too_late = self.clock > last_in_time

    def missed(self):
        if self.cutoff == "none":
            return False
        return self.too_late or not self.cal.works(self.day)

    def in_session(self):
        """The clock time of the receipt as TIME-08 keeps it, or none."""
        if self.clock < self.opening:
            return None
        for start, end in self.sessions:
            if self.clock <= end:
                return max(self.clock, start)
        return None

    def same_clock(self):
        """Asks for the receipt day's kind only where that makes a difference (TIME-08)."""
        kept = self.in_session()
        if kept is None or self.too_late or not self.cal.works(self.day):
            return self.closing
        return kept

    def appointed_clock(self):
        """Before any day after the receipt is looked at: the receipt day comes first."""
        if self.due_time == "end_of_day":
            return self.closing
        if self.due_time == "same_clock":
            return self.same_clock()
        return self.due_time

    def due(self, unit, count):
        if unit == "wd":
            return self.working_days(count)
        if unit == "wh":
            return self.working_hours(count)
        if unit == "same-day":
            return self.same_day()
        return self.every_day(unit, count)

    def working_days(self, count):
        clock = self.appointed_clock()
        day = self.day
        if self.deemed_received_later and self.missed():
            day = self.cal.next_working(day)
        starts = None
        for _ in range(count):
            day = self.cal.next_working(day)
            starts = starts or day
        return self.cal.instant(day, clock), day, starts

    def every_day(self, unit, count):
        clock = self.appointed_clock()
        starts = self.day + ONE_DAY
        if self.missed():
            starts = self.cal.next_working(self.day)
            if self.deemed_received_later:
                starts += ONE_DAY
        if unit == "cd":
            last = starts + (count - 1) * ONE_DAY
        else:
            base = starts - ONE_DAY
            month = base.month - 1 + count
            year, month = base.year + month // 12, month % 12 + 1
            if year > 9999:
                raise OverflowError
            last = dt.date(year, month, min(base.day, calendar.monthrange(year, month)[1]))
        day = self.cal.rolled(last)
        return self.cal.instant(day, clock), day, starts

    def same_day(self):
        if self.too_late or self.clock > self.closing or not self.cal.works(self.day):
            day = self.cal.next_working(self.day)
        else:
            day = self.day
        due = self.cal.instant(day, self.closing)
        if isinstance(self.due_time, int):
            fixed = self.cal.instant(day, self.due_time)
            if fixed.timestamp() > self.at.timestamp():
                due = fixed
        if due.timestamp() < self.at.timestamp():
            due = self.at
        return due, day, day

    def working_hours(self, count):
        day, clock = self.day, self.clock
        if self.too_late or clock >= self.closing or not self.cal.works(day):
            day, clock = self.cal.next_working(day), 0
        starts, left = day, count * 3600
        while True:
            for start, end in self.sessions:
                start = max(start, clock)
                if start >= end:
                    continue
                if left <= end - start:
                    return self.cal.instant(day, start + left), day, starts
                left -= end - start
            day, clock = self.cal.next_working(day), 0


def answer(question, cal):
    try:
        asked = read(question, cal)
        unit, count = asked["limit"]
        if unit == "none":
            return {"due": None, "due_date": None}
        due, day, starts = Receipt(cal, asked).due(unit, count)
        return {"due": due.isoformat(), "due_date": str(day), "counting_starts": str(starts)}
    except Refused as refused:
        return refused.args[0]
    except OverflowError:
        return {"error": "out_of_range"}


def main():
    cal = Calendar(sys.argv[1])
    for line in sys.stdin.buffer:
        try:
            given = answer(line.decode("utf-8").rstrip("\n"), cal)
        except UnicodeDecodeError:
            given = {"error": "invalid_input", "field": "line"}
        sys.stdout.write(ENCODE(given) + "\n")


if __name__ == "__main__":
    main()
