#!/usr/bin/env python3
"""The second opinion on whole lives: what became of a dossier's dates, told from its events.

    lives.py CALENDAR.toml FOLDER < lives.jsonl > answers.jsonl

FOLDER holds the procedures.toml, rulesets.toml and hours.toml of a province. A line is one life:
its procedure, the unit that received it, the channel, the events with their times, and the instant
of the question. The answer tells every promise, how the life counts, what each run of the clock was
given, used and left, until when each step and stage was to be done, and how late it was.

Written from the rules alone, rule by rule, day by day; it shares nothing with the engine. Local
times are whole seconds since 1970 as a clock in the province shows them (TIME-11: one offset).
Python 3.11, standard library only.
"""

import copy
import datetime as dt
import functools
import json
import sys
import tomllib

DAY = 86400
EPOCH = dt.date(1970, 1, 1)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DEFAULT_HOURS = "07:30-11:30,13:30-17:00"
STEP_DAY = 480  # PROC-03, in minutes


def number(day):
    return (day - EPOCH).days


def read_day(text):
    return number(dt.date.fromisoformat(text))


def read_clock(text):
    parts = [int(part) for part in text.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)


def read_time(text):
    return read_day(text[:10]) * DAY + read_clock(text[11:19])


def write_time(seconds):
    if seconds is None:
        return None
    return (dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)).isoformat()


def write_day(day):
    return str(EPOCH + dt.timedelta(days=day))


def read_sessions(text):
    return [tuple(read_clock(end) for end in part.split("-")) for part in text.split(",")]


class Unit:
    """A calendar with the hours and the days off of one unit (TIME-10, TIME-13, TIME-14)."""

    def __init__(self, country, closed, worked, hours):
        self.country, self.closed, self.worked = country, closed, worked
        self.hours = functools.cache(hours)

    def under(self, closed, worked):
        """The same unit under one more decision."""
        other = copy.copy(self)
        other.closed, other.worked = self.closed | closed, self.worked | worked
        return other

    def works(self, day):
        kind = self.country(day)
        return (kind == "working" or (kind == "weekend" and day in self.worked)) and day not in self.closed

    def opening(self, day):
        return self.hours(day)[0][0]

    def closing(self, day):
        return self.hours(day)[-1][1]

    def length(self, day):
        return sum(end - start for start, end in self.hours(day))

    def next(self, day):
        return self.roll(day + 1)

    def roll(self, day):
        """TIME-02."""
        while not self.works(day):
            day += 1
        return day

    def plus(self, day, count):
        for _ in range(count):
            day = self.next(day)
        return day

    def minus(self, day, count):
        for _ in range(count):
            day -= 1
            while not self.works(day):
                day -= 1
        return day

    def days(self, first, last):
        """The working days d with first < d <= last; negative the other way round."""
        if last < first:
            return -self.days(last, first)
        return sum(self.works(day) for day in range(first + 1, last + 1))

    def time(self, start, end):
        """Seconds of working time; negative the other way round."""
        if end < start:
            return -self.time(end, start)
        total = 0
        for day in range(start // DAY, end // DAY + 1):
            if self.works(day):
                for opens, closes in self.hours(day):
                    opens, closes = max(day * DAY + opens, start), min(day * DAY + closes, end)
                    total += max(closes - opens, 0)
        return total

    def later(self, start, seconds):
        """The instant at which so much working time has passed; what fills a session ends with it."""
        if seconds <= 0:
            return start
        day = start // DAY
        while True:
            if self.works(day):
                for opens, closes in self.hours(day):
                    opens, closes = max(day * DAY + opens, start), day * DAY + closes
                    if opens < closes:
                        if seconds <= closes - opens:
                            return opens + seconds
                        seconds -= closes - opens
            day += 1

    def earlier(self, end, on, seconds):
        """The instant that leaves so much working time; what exactly fills a session leaves the one before.

        The day of the promise counts as it did when it was promised.
        """
        day = on
        while True:
            if day == on or self.works(day):
                for opens, closes in reversed(self.hours(day)):
                    opens, closes = day * DAY + opens, min(day * DAY + closes, end)
                    if closes - opens > seconds:
                        return closes - seconds
                    seconds -= max(closes - opens, 0)
            day -= 1

    def part_of_day(self, day, part, whole):
        """The instant at which part/whole of the office's day is done."""
        seconds = self.length(day) * part // whole
        for opens, closes in self.hours(day):
            if seconds <= closes - opens:
                return day * DAY + opens + seconds
            seconds -= closes - opens

    def kept_clock(self, day, clock):
        """TIME-08: inside a session of that day, or None."""
        if clock < self.opening(day):
            return None
        for opens, closes in self.hours(day):
            if clock <= closes:
                return max(clock, opens)
        return None

    def session_start(self, at, on):
        """The opening of the session in which an instant falls due; itself outside of any."""
        for opens, closes in self.hours(on):
            if on * DAY + opens < at <= on * DAY + closes:
                return on * DAY + opens
        return at


def read_limit(text):
    if text in ("same-day", "none"):
        return text, 0
    return text[-2:], int(text[:-2])


class Promise:
    """A date with what it rests on. `starts` is the first counted day; None where the count went on."""

    def __init__(self, cause, start, unit, limit, due_time, at, on, starts):
        self.cause, self.start, self.limit, self.due_time = cause, start, limit, due_time
        # The limit from which it was counted; none where a stop moved the one before.
        self.anew = None
        self.at, self.on, self.starts = at, on, starts
        if limit[0] in ("wd", "cd", "mo"):
            # TIME-03, LATE-00; REP-06.
            self.late_from, self.early_before = (on + 1) * DAY, on * DAY
        else:
            self.late_from, self.early_before = at, unit.session_start(at, on)

    def key(self):
        return self.start, self.at, self.late_from


def count(cause, start, terms, receiving, competent):
    """Section 5.1 and TIME-04 to TIME-08, for a receipt by one unit and a settlement by another."""
    kind, size = terms["limit"]
    if kind == "none":
        return None
    day, clock = divmod(start, DAY)
    closing = receiving.closing(day)
    last = {
        "none": DAY,
        "after_15h": 15 * 3600,
        "last_hour": max(closing - 3600, 0),
        "after_17h_or_off_day": 17 * 3600,
        "after_close": closing,
    }[terms["cutoff"]]
    too_late = clock > last
    missed = terms["cutoff"] != "none" and (too_late or not receiving.works(day))
    deemed = missed and terms["cutoff_effect"] == "treat_as_received_next_wd"
    on = starts = None
    if kind == "wd":
        on = competent.next(day) if deemed else day
        for _ in range(size):
            on = competent.next(on)
            starts = starts or on
    elif kind in ("cd", "mo"):
        starts = day + 1
        if missed:
            starts = competent.next(day) + (1 if deemed else 0)
        last = starts + size - 1
        if kind == "mo":
            base = EPOCH + dt.timedelta(days=starts - 1)
            months = base.month - 1 + size
            year, month = base.year + months // 12, months % 12 + 1
            for date in (base.day, 30, 29, 28):
                try:
                    last = number(dt.date(year, month, min(date, base.day)))
                    break
                except ValueError:
                    pass
        on = competent.roll(last)
    elif kind == "same-day":
        in_time = not missed and clock <= competent.closing(day) and competent.works(day)
        on = starts = day if in_time else competent.next(day)
        at = on * DAY + competent.closing(on)
        if isinstance(terms["due_time"], int) and on * DAY + terms["due_time"] > start:
            at = on * DAY + terms["due_time"]
        return Promise(cause, start, competent, terms["limit"], terms["due_time"], max(at, start), on, starts)
    else:
        today = not missed and clock < competent.closing(day) and competent.works(day)
        starts = day if today else competent.next(day)
        at = competent.later(start if today else starts * DAY, size * 3600)
        return Promise(cause, start, competent, terms["limit"], terms["due_time"], at, at // DAY, starts)
    appointed = competent.closing(on)
    if isinstance(terms["due_time"], int):
        appointed = terms["due_time"]
    elif terms["due_time"] == "same_clock" and not missed and competent.works(day):
        kept = competent.kept_clock(on, clock)
        appointed = appointed if kept is None else kept
    return Promise(cause, start, competent, terms["limit"], terms["due_time"], on * DAY + appointed, on, starts)


def moved(cause, old, stop, resume, unit):
    """SUP-05: the old due date shifted by what the stop took."""
    kind = old.limit[0]
    at, on = old.at, old.on
    if kind == "wh":
        at = unit.later(at, unit.time(stop, resume))
        on = on if at == old.at else at // DAY
    else:
        first, last = stop // DAY, resume // DAY
        days = unit.days(first, last) if kind in ("wd", "same-day") else last - first
        if days:
            on = unit.plus(on, days) if kind in ("wd", "same-day") else unit.roll(on + days)
            appointed = unit.closing(on)
            if isinstance(old.due_time, int):
                appointed = old.due_time
            elif old.due_time == "same_clock":
                kept = unit.kept_clock(on, old.at % DAY)
                appointed = appointed if kept is None else kept
            at = on * DAY + appointed
    return Promise(cause, resume, unit, old.limit, old.due_time, at, on, None)


def read_due_time(text):
    return read_clock(text[6:]) if text.startswith("fixed=") else text


class Province:
    def __init__(self, calendar, folder):
        def table(name):
            with open(f"{folder}/{name}", "rb") as file:
                return tomllib.load(file)

        with open(calendar, "rb") as file:
            data = tomllib.load(file)
        self.weekend = {WEEKDAYS.index(name) for name in data["weekend"]}
        days = lambda kind: {read_day(one["date"]) for year in data["year"] for one in year.get(kind, [])}
        self.off, self.makeup, self.holidays = days("off"), days("makeup"), days("weekend_holiday")
        self.hours = table("hours.toml")
        self.rules = table("rulesets.toml")["ruleset"]
        self.procedures = {one["code"]: one for one in table("procedures.toml")["procedure"]}
        self.units = {}
        self.country = functools.cache(self.country)

    def country(self, day):
        """CAL-03, TIME-13: what everybody's day is."""
        if day in self.off:
            return "off"
        if (day + 3) % 7 in self.weekend and day not in self.makeup:
            return "off" if day in self.holidays else "weekend"
        return "working"

    def unit(self, code, decision=None):
        """What a unit works by (TIME-14), under one more decision than the files tell."""
        lineage = [code]
        while "." in lineage[-1]:
            lineage.append(lineage[-1].rpartition(".")[0])
        if decision:
            days = lambda kind: {read_day(day) for unit, day in decision[kind] if unit in lineage}
            return self.unit(code).under(days("closed"), days("worked"))
        if code not in self.units:

            def closes(one):
                return one["unit"] == code if one.get("alone") else one["unit"] in lineage

            own = [one for one in self.hours.get("day_off", []) if closes(one)]
            closed = {read_day(one["date"]) for one in own}
            worked = {read_day(one["makeup"]) for one in own if "makeup" in one}
            periods = [
                (
                    one.get("unit"),
                    read_day(one["valid_from"]) if "valid_from" in one else -(10**9),
                    read_day(one["valid_to"]) if "valid_to" in one else 10**9,
                    read_sessions(one["sessions"]),
                )
                for one in self.hours["hours"]
            ]
            periods.sort(key=lambda period: period[1])

            def hours(day):
                """TIME-10: of the nearest unit that says something of the day, the latest."""
                for unit in lineage + [None]:
                    said = [one[3] for one in periods if one[0] == unit and one[1] <= day <= one[2]]
                    if said:
                        return said[-1]

            self.units[code] = Unit(self.country, closed, worked, hours)
        return self.units[code]

    def rule(self, name, key):
        while True:
            rules = self.rules[name]
            if key in rules:
                return rules[key]
            name = rules["inherits"]

    def rules_on(self, day):
        """LAW-02: the general regime of the day of receipt."""
        for name, rules in self.rules.items():
            last = read_day(rules["valid_to"]) if "valid_to" in rules else 10**9
            if read_day(rules["valid_from"]) <= day <= last:
                return name
        raise KeyError(day)


class Life:
    """One dossier, folded from its events again and again as corrections come in (LATE-11)."""

    def __init__(self, province, told):
        self.province, self.told = province, told
        self.procedure = province.procedures[told["procedure"]]
        self.decide(None)
        self.events = [dict(one, at=read_time(one["at"])) for one in told["events"]]
        self.now = read_time(told["now"])
        first = next(one for one in self.events if one["kind"] == "received")
        self.rules = province.rules_on(first["at"] // DAY)
        self.recorded = {}
        self.ledger = {}
        self.true_times = {}

    def decide(self, decision):
        """Everybody works by this decision from here on, or by what the files say."""
        self.decision = decision
        self.receiving = self.province.unit(self.told["receiving"], decision)
        self.competent = self.province.unit(self.procedure["competent"], decision)

    def setting(self, key):
        return self.procedure.get(key, self.province.rule(self.rules, key))

    def terms(self, limit):
        return {
            "limit": read_limit(limit),
            "cutoff": self.setting("cutoff"),
            "cutoff_effect": self.setting("cutoff_effect"),
            "due_time": read_due_time(self.setting("due_time")),
        }

    def limit(self):
        """PROC-05."""
        return self.procedure.get("committed_limit", self.procedure["limit"])

    def anew(self, cause, start, limit=None):
        limit = limit or self.limit()
        promise = count(cause, start, self.terms(limit), self.receiving, self.competent)
        if promise is not None:
            promise.anew = limit
        return promise

    def promise_of(self, kind, at, old, stopped):
        """What an event promises: LATE-11 names all the ways. Nothing, where there is no limit to count."""
        if kind == "received":
            return self.anew("receipt", at)
        if kind == "paid" and "second_limit" in self.procedure:
            return self.anew("second", at, self.procedure["second_limit"])
        if old is None:
            return None
        if kind == "supplemented":
            if self.setting("supplement_clock") == "pause":
                return moved("pause", old, stopped, at, self.competent)
            return self.anew("restart", at)
        if kind == "paid":
            return moved("second", old, stopped, at, self.competent)
        if self.province.rule(self.rules, "exclusion_clock") == "restart":
            return self.anew("restart", at)
        return moved("pause", old, stopped, at, self.competent)

    def counted(self, run):
        """The promise in force in a run as it would be made now; what was promised is its least."""
        promise = self.in_force[run]
        if promise.anew:
            return self.anew(promise.cause, promise.start, promise.anew)
        before = max(self.in_force[run - 1], self.counted(run - 1), key=lambda one: one.at)
        # The last one: where there is no limit to count again, the clock may have gone on without a promise.
        stop = [one for one in self.stops if one["run"] == run - 1][-1]
        return moved(promise.cause, before, stop["from"], stop["to"], self.competent)

    def dated_again(self, place, at):
        """TIME-16: only where the clock runs, only to a later date, and late stays late."""
        if self.promise is None or self.end is not None or self.open_stop():
            return
        if self.late_before_stop or at > self.promise.late_from:
            return
        new = self.counted(len(self.in_force) - 1)
        if new.at > self.promise.at:
            self.ledger[place] = [new]

    def tell(self):
        """Lives event by event; a corrected time makes all that came before be lived again."""
        for place, event in enumerate(self.events):
            if event["kind"] == "corrected":
                self.true_times[event["place"]] = read_time(event["true_at"])
                self.live(place, event["place"])
            else:
                self.live(place, place)
        self.live(len(self.events) - 1, len(self.events))
        return self.answer()

    def live(self, last, since):
        """Folds the events up to `last`; those from `since` on make their promises now."""
        self.received = self.end = self.end_kind = self.stop = self.ended_in_stop = None
        self.late_before_stop, self.promise, self.state = False, None, None
        self.stops, self.lines, self.in_force, self.requests = [], [], [], 0
        self.step, self.stage_ends, self.first_settlements = None, {}, 0
        self.kept = set()
        decisions = [one for one in self.events[: last + 1] if one["kind"] in ("announced", "revoked")]
        self.decide(decisions[-1] if decisions and decisions[-1]["kind"] == "announced" else None)
        for place, event in enumerate(self.events[: last + 1]):
            kind = event["kind"]
            at = self.true_times.get(place, event["at"])
            if kind in ("announced", "revoked"):
                # A decision dates again once, when it is announced; what a correction makes of the date
                # before it may be later still (TIME-16).
                if place >= since and place == last:
                    self.dated_again(place, at)
                if place in self.ledger and self.ledger[place][-1].at > self.promise.at:
                    self.promise = self.in_force[-1] = self.ledger[place][-1]
                    self.kept.add(place)
            if kind in ("received", "supplemented", "paid", "exclusion_ended"):
                if place >= since:
                    stopped = self.stops[-1]["from"] if self.stops else None
                    made = self.promise_of(kind, at, self.promise, stopped)
                    if made is not None:
                        entries = self.ledger.setdefault(place, [])
                        if not entries or entries[-1].key() != made.key():
                            entries.append(made)
                if place in self.ledger:
                    self.kept.add(place)
                    self.in_force.append(self.ledger[place][-1])
                    self.promise = self.in_force[-1]
            if kind == "received":
                self.received, self.state = at, 2
            elif kind in ("supplement_requested", "payment_requested", "exclusion_began"):
                # SUP-06: late then is late for ever.
                self.late_before_stop |= self.promise is not None and at > self.promise.late_from
                self.stops.append({"from": at, "to": None, "run": len(self.in_force) - 1})
                self.requests += kind == "supplement_requested"
            elif kind in ("supplemented", "paid", "exclusion_ended"):
                self.stops[-1]["to"] = at
                self.state = 4 if kind != "exclusion_ended" else self.state
            elif kind in ("transfer", "step_done"):
                self.hand_over(place, event, at)
                self.state = 4
                if kind == "step_done":
                    self.step = event["step"]
            elif kind == "stage_done":
                self.stage_ends[event["stage"]] = at
            elif kind in ("settled", "withdrawn", "stopped"):
                if self.stops and self.stops[-1]["to"] is None:
                    self.ended_in_stop = self.stops[-1]["from"]
                    self.stops[-1]["to"] = at
                self.end, self.end_kind = at, kind
            elif kind == "reopened":
                self.end, self.end_kind, self.state = None, None, 4
                self.first_settlements += 1

    def open_stop(self):
        return self.stops[-1] if self.stops and self.stops[-1]["to"] is None else None

    # --- steps -------------------------------------------------------------------

    def current_step(self):
        if self.state == 2:
            return 0
        names = [step["name"] for step in self.procedure.get("steps", [])]
        return names.index(self.step) + 1 if self.step in names else 1

    def transfer_due(self):
        """TRF-01 to TRF-03 where electronic, TRF-02 on paper; none where settled on the spot (ACC-06)."""
        if read_limit(self.limit())[0] == "same-day":
            return None
        day, clock = divmod(self.received, DAY)
        unit = self.receiving
        if not self.told["online"]:
            on = unit.plus(day, self.province.rule(self.rules, "paper_transfer_wd"))
            return on * DAY + unit.closing(on)
        cutoff = read_clock(self.province.rule(self.rules, "transfer_cutoff"))
        if unit.works(day) and clock <= cutoff and clock <= unit.closing(day):
            return day * DAY + unit.closing(day)
        on = unit.next(day)
        return on * DAY + unit.opening(on)

    def step_due(self, no, promise):
        """PROC-04: a step leaves the time of those that follow it before the due instant."""
        steps = self.procedure.get("steps", [])
        planned = None
        if promise is not None and no < len(steps) and "time" in steps[no]:
            rest = sum(step_minutes(step) for step in steps[no + 1 :] if "time" in step)
            if rest == 0:
                planned = promise.at
            elif promise.limit[0] == "wh":
                planned = self.competent.earlier(promise.at, promise.on, rest * 60)
            else:
                days, part = divmod(rest, STEP_DAY)
                day = self.competent.minus(promise.on, days)
                if part:
                    planned = self.competent.part_of_day(day, STEP_DAY - part, STEP_DAY)
                else:
                    planned = day * DAY + self.competent.closing(day)
            planned = max(min(planned, promise.at), promise.start)
        transfer = self.transfer_due() if no == 0 else None
        known = [at for at in (planned, transfer) if at is not None]
        return min(known) if known else None

    def hand_over(self, place, event, at):
        """LIFE-04: how the giver stood, as it was put down then."""
        if place not in self.recorded:
            names = [step["name"] for step in self.procedure.get("steps", [])]
            no = names.index(event["step"]) if event.get("step") in names else self.current_step()
            due = self.step_due(no, self.promise)
            # STOP-02: in a stop nobody falls behind.
            stop = self.open_stop()
            decides = at if stop is None else min(at, stop["from"])
            self.recorded[place] = None if due is None else (due, self.timeliness(due, decides))

    def timeliness(self, due, at):
        promise = self.promise
        if promise is not None and due == promise.at:
            late, early = at > promise.late_from, at < promise.early_before
        else:
            late, early = at > due, at < self.competent.session_start(due, due // DAY)
        return "late" if late else "early" if early else "on_time"

    # --- stages ------------------------------------------------------------------

    def stages(self):
        """LINK-01, LINK-02: planned at the receipt, due by its own limit from its own start."""
        runs, names = [], []
        for stage in self.procedure.get("stages", []):
            before = stage.get("after", names[-1:])
            waits = [runs[names.index(other)] for other in before]
            unit = self.province.unit(stage["unit"], self.decision)
            terms = {"limit": read_limit(stage["limit"]), "cutoff": "none", "due_time": "end_of_day"}
            terms["cutoff_effect"] = "count_starts_next_wd"
            if not before:
                terms = dict(self.terms(self.limit()), limit=read_limit(stage["limit"]))
            plan = [one["planned_due"] for one in waits]
            begun = [one["ended"] for one in waits]
            planned = max(plan + [self.received])
            start = None if None in begun else max(begun + [self.received])
            ended = self.stage_ends.get(stage["name"])
            due = None if start is None else self.stage_due(unit, terms, start, ended)
            runs.append(
                {
                    "planned_start": planned,
                    "planned_due": count("", planned, terms, self.receiving, unit).at,
                    "started": start,
                    "due": due and due.at,
                    "late_from": due and due.late_from,
                    "ended": ended,
                }
            )
            names.append(stage["name"])
        return runs

    def stage_due(self, unit, terms, start, ended):
        due = count("", start, terms, self.receiving, unit)
        for stop in self.stops:
            if stop["from"] < start or (ended is not None and stop["from"] >= ended):
                continue
            if stop["to"] is None or stop["run"] + 1 >= len(self.in_force):
                break
            if self.in_force[stop["run"] + 1].cause == "restart":
                # The cut-off applies to the resubmission as to a receipt (SUP-05).
                due = count("", stop["to"], terms, self.receiving, unit)
            else:
                due = moved("", due, stop["from"], stop["to"], unit)
        return due

    # --- the answer ----------------------------------------------------------------

    def runs(self):
        """TIME-18, SUP-05: what each run was given, used, and left."""
        runs = []
        for place, promise in enumerate(self.in_force):
            ends = [stop["from"] for stop in self.stops if stop["run"] == place]
            until = ends[0] if ends else self.end if self.end is not None else self.now
            until = max(until, promise.start)
            kind, unit = promise.limit[0], self.competent
            name = {"wd": "wd", "same-day": "wd", "wh": "s"}.get(kind, "cd")

            def left(at):
                if kind == "wh":
                    return unit.time(at, promise.at)
                if name == "wd":
                    return unit.days(at // DAY, promise.on)
                return promise.on - at // DAY

            if promise.starts is None:
                given = runs[-1]["left"]
                if name == "cd":
                    # What the new last day rolled over days off (TIME-02).
                    stood = promise.start // DAY - runs[-1]["until"] // DAY
                    given += promise.on - self.in_force[place - 1].on - stood
            elif kind == "wh":
                base = promise.start
                if promise.starts > base // DAY:
                    base = promise.starts * DAY + unit.opening(promise.starts)
                given = left(base)
            else:
                given = left((promise.starts - 1) * DAY)
            rest = min(left(until), given)
            runs.append({"unit": name, "given": given, "used": given - rest, "left": rest, "until": until})
        return runs

    def late_seconds(self, runs):
        """TIME-18: of each run the working time after its promise; a stop is none of it (SUP-06, STOP-02)."""
        late = 0
        for promise, run in zip(self.in_force, runs):
            until = run["until"]
            if self.ended_in_stop is not None and run is runs[-1]:
                until = min(until, self.ended_in_stop)
            overdue = max(promise.late_from, promise.start)
            if until > overdue:
                late += self.competent.time(overdue, until)
        return late

    def outcome(self, late):
        if self.end is None or self.promise is None:
            return None
        if late:
            return "late"
        if self.end_kind != "settled":
            return "on_time"  # REP-10
        return "early" if self.end < self.promise.early_before else "on_time"

    def answer(self):
        stop = self.open_stop()
        decides = self.ended_in_stop
        if decides is None:
            decides = stop["from"] if stop else self.end if self.end is not None else self.now
        late = self.late_before_stop or (self.promise is not None and decides > self.promise.late_from)
        runs = self.runs()
        for run in runs:
            assert run["used"] + run["left"] == run["given"]
        ledger = [promise for place in sorted(self.kept) for promise in self.ledger[place]]
        steps = [self.step_due(no, self.promise) for no in range(len(self.procedure.get("steps", [])))]
        recorded = [self.recorded[place] for place in sorted(self.recorded)]
        stages = self.stages()
        return {
            "promises": [
                [write_time(one.start), write_time(one.at), write_day(one.on), write_time(one.late_from)]
                for one in ledger
            ],
            "late": late,
            "late_before_stop": self.late_before_stop,
            "outcome": self.outcome(late),
            "index766": self.requests > 1,
            "reopened": self.first_settlements,
            "runs": [[run["unit"], run["given"], run["used"], run["left"]] for run in runs],
            "steps": [write_time(at) for at in steps],
            "handed_over": [one and [write_time(one[0]), one[1]] for one in recorded],
            "stages": [
                [
                    write_time(one["planned_start"]),
                    write_time(one["planned_due"]),
                    write_time(one["started"]),
                    write_time(one["due"]),
                    one["late_from"] is not None
                    and (one["ended"] if one["ended"] is not None else decides) > one["late_from"],
                ]
                for one in stages
            ],
            "elapsed": self.competent.time(self.received, self.end if self.end is not None else self.now),
            "excluded": sum(
                self.competent.time(one["from"], one["to"] if one["to"] is not None else self.now)
                for one in self.stops
            ),
            "late_s": self.late_seconds(runs) if late else 0,
        }


def step_minutes(step):
    """PROC-03: `0.25wd` or `2wh`."""
    number, unit = step["time"][:-2], step["time"][-2:]
    whole, _, part = number.partition(".")
    scaled = int(whole + (part + "0000")[:4]) * (STEP_DAY if unit == "wd" else 60)
    return scaled // 10000


def main():
    province = Province(sys.argv[1], sys.argv[2])
    encode = json.JSONEncoder(separators=(",", ":")).encode
    for line in sys.stdin:
        sys.stdout.write(encode(Life(province, json.loads(line)).tell()) + "\n")


if __name__ == "__main__":
    main()
