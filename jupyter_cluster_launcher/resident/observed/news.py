"""Which reports are worth publishing."""

from __future__ import annotations

from ..report import Report, Usage, Used

USAGE_PERIOD = 3.0  # seconds between two reports in which only CPU, memory and tasks differ
WORK = 60.0  # seconds of all cores' work that are not reported for want of other news
FLUCTUATING = ("usage", "used", "closes_at")  # what may differ from poll to poll
MEASURED = ("cpu", "memory", "spilled")  # of the usage: what is never twice the same


def differs(report: Report, last: Report, elapsed: float) -> bool:
    """Return whether a report is news ``elapsed`` seconds after the last one.

    Meters that fluctuate a little are not.
    """
    if _steady(report) != _steady(last):
        return True
    if elapsed < USAGE_PERIOD:
        return False
    if report.get("closes_at") != last.get("closes_at"):
        return True
    if _used_more(report.get("used"), last.get("used"), report.get("cores", 0)):
        return True
    now, then = report.get("usage"), last.get("usage")
    if not now or not then:
        return bool(now) != bool(then)
    capacity = report.get("memory") or 1
    return (
        abs(now["cpu"] - then["cpu"]) >= 0.1
        or abs(now["memory"] - then["memory"]) >= 0.03 * capacity
        or _counts(now) != _counts(then)
    )


def _used_more(now: Used | None, then: Used | None, cores: int) -> bool:
    """Return whether a server would know too little if the process were killed now."""
    if not now or not then:
        return False
    worked = now["cpu_seconds"] - then["cpu_seconds"]
    return worked >= WORK * max(1, cores) or now["peak"] - then["peak"] >= 0.03 * now["limit"] > 0


def _steady(report: Report) -> dict[str, object]:
    return {key: value for key, value in report.items() if key not in FLUCTUATING}


def _counts(usage: Usage) -> dict[str, object]:
    return {key: value for key, value in usage.items() if key not in MEASURED}
