"""The shared cases, answered by the package: one function a rule."""

import datetime

import polars as pl
import pyarrow as pa

from corridors.concepts.findings import DataError
from corridors.count.cleaning import clean
from corridors.count.crossings import classify
from corridors.count.rules import spell, tw
from corridors.count.stays import authorised_stay, short_stay
from corridors.count.transitions import transition

day = datetime.date.fromisoformat


def maybe(text):
    return day(text) if text else None


def table(crossings, *, initial=None, expected=()):
    expected = dict(expected)
    columns = {
        "PERSON": pa.array([0] * len(crossings)),
        "DAY": pa.array([day(when) for when, _ in crossings], pa.date32()),
        "DIRECTION": pa.array([direction for _, direction in crossings], pa.string()),
        "INITIAL": pa.array([initial] * len(crossings), pa.string()),
        "EXPECTED_UNTIL": pa.array([maybe(expected.get(str(k))) for k in range(len(crossings))], pa.date32()),
    }
    return pa.table(columns)


def rule_of(case):
    given = case["params"]
    return tw(given["T"], given["W"]) if case["rule"] == "tw" else spell(given["T"], given["G"])


def _duration(case):
    found = classify(
        table(case["crossings"], initial=case["initial"], expected=case.get("expected_until", {})),
        rule=rule_of(case),
        through=day(case["observed_through"]),
        since=maybe(case["observed_from"]),
    )
    return [
        {
            "date": row["DAY"].isoformat(),
            "dir": row["DIRECTION"],
            "before": row["BEFORE"],
            "after": row["AFTER"],
            "ltm": int(row["MIGRATION"]),
            "lo": int(row["LOWER"]),
            "hi": int(row["UPPER"]),
            "final": row["FINAL"],
        }
        for row in found.to_pylist()
    ]


def _short_stay(case):
    stays = [(day(entry), maybe(leave)) for entry, leave in case["stays"]]
    found = short_stay(stays, limit=case["limit"], window=case["window"], through=day(case["observed_through"]))
    first = found.first_over and found.first_over.isoformat()
    return {"days_of_stay": found.days_of_stay, "over_days": found.over_days, "first_over": first}


def _authorised_stay(case):
    status, late = authorised_stay(
        authorised_until=day(case["authorised_until"]),
        departure=maybe(case["departure"]),
        through=day(case["observed_through"]),
    )
    return {"status": status, "late_days": late}


def _transition(case):
    persons = pl.DataFrame(
        [(row["age"], row["then"], row["here"], row.get("weight", 1)) for row in case["rows"]],
        schema={"AGE": pl.Int64, "THEN": pl.String, "NOW": pl.String, "WEIGHT": pl.Float64},
        orient="row",
    )
    rows = transition(persons, interval_years=case["interval_years"]).rows()
    return {f"{then}>{now}": value for then, now, value in rows}


def register(rows):
    columns = {
        "DOCUMENT": pa.array([str(row.get("doc")) for row in rows]),
        "DIRECTION": pa.array([row["dir"] for row in rows]),
        "SEQ": pa.array([row.get("seq") for row in rows], pa.int64()),
    }
    if any("instant" in row for row in rows):
        instants = [datetime.datetime.fromisoformat(row["instant"]) for row in rows]
        columns["INSTANT"] = pa.array(instants, pa.timestamp("us", "UTC"))
    else:
        columns["DAY"] = pa.array([day(row["date"]) for row in rows], pa.date32())
    return pa.table(columns)


def _clean(case):
    links = case["document_links"]
    found = clean(
        register(case["rows"]),
        missing=case["policy"],
        zone=case["reference_zone"],
        links=links and pa.table({"DOCUMENT": list(links), "PERSON": list(links.values())}),
    )
    answer = {}
    for row in found.crossings.to_pylist():
        answer.setdefault(row["PERSON"], []).append([row["DAY"].isoformat(), row["DIRECTION"], row["IMPUTED"]])
    return answer | dict.fromkeys(found.errors["PERSON"].to_pylist(), "error")


ANSWERS = {
    "tw": _duration,
    "spell": _duration,
    "short_stay": _short_stay,
    "authorised_stay": _authorised_stay,
    "transition": _transition,
    "clean": _clean,
}


def answer(case):
    try:
        return ANSWERS[case["rule"]](case)
    except DataError as error:
        return str(error)
