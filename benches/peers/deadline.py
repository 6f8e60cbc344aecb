"""Nanoseconds per deadline in numpy and businesstimedelta, over the receipts of benches/deadline.rs.

numpy counts bare dates, without hours, make-up Saturdays, cut-offs or zone; businesstimedelta counts
working hours without make-up days. Neither explains a date.
"""

import datetime as dt
import statistics
import sys
import time
import tomllib

import numpy as np
from businesstimedelta import BusinessTimeDelta, HolidayRule, Rules, WorkDayRule

RECEIPTS, ROUNDS, HOUR = 4_096, 3, dt.timedelta(hours=1)


def receipts():
    """The same instants, as local time at UTC+7."""
    state, mask = 88_172_645_463_325_252, (1 << 64) - 1
    for _ in range(RECEIPTS):
        state ^= state << 13 & mask
        state ^= state >> 7
        state ^= state << 17 & mask
        yield dt.datetime(1970, 1, 1) + dt.timedelta(seconds=1_577_836_800 + state % 180_000_000) + 7 * HOUR


def measure(name, deed, times):
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        deed()
        rounds.append((time.perf_counter() - started) * 1e9 / times)
    print(f"{statistics.median(rounds):12.1f} ns  {name}")


def main(calendar):
    with open(calendar, "rb") as file:
        years = tomllib.load(file)["year"]
    off = [dt.date.fromisoformat(day["date"]) for year in years for day in year["off"]]
    received = list(receipts())
    days = np.array([np.datetime64(at, "D") for at in received])
    many = np.tile(days, 250)
    counted = np.busdaycalendar(holidays=np.array(off, dtype="datetime64[D]"))
    measure("numpy.busday_offset, 15 working days, vectorised, bare dates",
            lambda: np.busday_offset(many, 15, roll="backward", busdaycal=counted), len(many))
    measure("numpy.busday_offset, 15 working days, one by one, bare dates",
            lambda: [np.busday_offset(day, 15, roll="backward", busdaycal=counted) for day in days], len(days))
    holidays = HolidayRule({day: "off" for day in off})
    morning = WorkDayRule(start_time=dt.time(7, 30), end_time=dt.time(11, 30), working_days=[0, 1, 2, 3, 4])
    noon = WorkDayRule(start_time=dt.time(13, 30), end_time=dt.time(17), working_days=[0, 1, 2, 3, 4])
    hours = BusinessTimeDelta(Rules([morning, noon, holidays]), hours=40)
    few = received[:40]
    measure("businesstimedelta, 40 working hours", lambda: [at + hours for at in few], len(few))


main(sys.argv[1])
