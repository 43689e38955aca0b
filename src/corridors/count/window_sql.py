"""The rule "T days in a window of W" as one SQL query, for registers that already lie in a database.

The query says what `corridors.count.crossings.classify` says, crossing by crossing; DuckDB runs it as it stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

    from corridors.count.lengths import Length
    from corridors.count.rules import TimeInWindow

_QUERY = """\
WITH RECURSIVE given AS (
  SELECT PERSON, PLACE, DAY, DIRECTION = 'A' AS ARRIVAL, {window_end} AS WINDOW_END, {stay_end} - DAY AS NEED,
    row_number() OVER person AS N, lead(DAY) OVER person AS NEXT_DAY,
    {initial} AS BEGUN, {unsure} AS UNSURE
  FROM {table} WINDOW person AS (PARTITION BY PERSON ORDER BY PLACE)
), summed AS (
  SELECT *, coalesce(sum(CASE WHEN ARRIVAL THEN NEXT_DAY - DAY END) OVER earlier, 0) AS INSIDE,
    last_value(ARRIVAL) OVER (PARTITION BY PERSON ORDER BY PLACE ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
      AS LAST_ARRIVAL
  FROM given WINDOW earlier AS (PARTITION BY PERSON ORDER BY PLACE ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), states AS (
  SELECT PERSON, DAY, ARRIVAL, INSIDE FROM summed
  QUALIFY row_number() OVER (PARTITION BY PERSON, DAY ORDER BY PLACE DESC) = 1
), spent AS (
  SELECT one.*, state.INSIDE - one.INSIDE + CASE WHEN state.ARRIVAL THEN one.WINDOW_END - state.DAY ELSE 0 END AS DAYS_IN,
    one.WINDOW_END - one.DAY AS WIDTH, greatest(0, one.WINDOW_END - {after}) AS AHEAD
  FROM summed AS one ASOF JOIN states AS state ON one.PERSON = state.PERSON AND one.WINDOW_END > state.DAY
), judged AS (
  SELECT *, CASE WHEN ARRIVAL THEN DAYS_IN ELSE WIDTH - DAYS_IN END >= NEED AS CANDIDATE,
    DAYS_IN - CASE WHEN LAST_ARRIVAL THEN AHEAD ELSE 0 END AS KNOWN
  FROM spent
), carried AS (
  SELECT *,
    coalesce(last_value(CASE WHEN CANDIDATE THEN ARRIVAL END IGNORE NULLS) OVER earlier, BEGUN) AS RESIDENT,
    coalesce(last_value(CASE WHEN CANDIDATE AND AHEAD = 0 THEN ARRIVAL END IGNORE NULLS) OVER earlier, BEGUN OR UNSURE)
      AS MAY_RESIDE,
    NOT coalesce(last_value(CASE WHEN CANDIDATE AND AHEAD = 0 THEN ARRIVAL END IGNORE NULLS) OVER earlier,
      BEGUN AND NOT UNSURE) AS MAY_NOT,
    CASE WHEN ARRIVAL THEN NEED - KNOWN ELSE WIDTH - NEED - KNOWN END AS MORE
  FROM judged WINDOW earlier AS (PARTITION BY PERSON ORDER BY PLACE ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), ahead AS (
  SELECT PERSON, N, ARRIVAL, MAY_RESIDE, MAY_NOT,
    CASE WHEN ARRIVAL THEN CASE WHEN MORE <= 0 THEN -{far} WHEN MORE > AHEAD THEN {far} ELSE MORE - 1 - AHEAD END
      ELSE CASE WHEN MORE < 0 THEN -{far} ELSE least(MORE - AHEAD, 0) END END AS CLAMP_X,
    CASE WHEN ARRIVAL THEN CASE WHEN MORE > AHEAD THEN {far} ELSE greatest(MORE, 0) END
      ELSE CASE WHEN MORE >= AHEAD THEN {far} ELSE greatest(MORE + 1, 0) END END AS CLAMP_Y
  FROM carried WHERE AHEAD > 0
), walk AS (
  SELECT PERSON, N, CASE WHEN MAY_NOT THEN 0 ELSE -{far} END AS X, CASE WHEN MAY_RESIDE THEN 0 ELSE {far} END AS Y
  FROM ahead QUALIFY row_number() OVER (PARTITION BY PERSON ORDER BY N) = 1
  UNION ALL
  SELECT later.PERSON, later.N,
    CASE WHEN now.ARRIVAL THEN least(walk.X, now.CLAMP_X) ELSE greatest(walk.X, now.CLAMP_X) END,
    CASE WHEN now.ARRIVAL THEN least(walk.Y, now.CLAMP_Y) ELSE greatest(walk.Y, now.CLAMP_Y) END
  FROM walk JOIN ahead AS now ON walk.PERSON = now.PERSON AND walk.N = now.N
    JOIN ahead AS later ON later.PERSON = now.PERSON AND later.N = now.N + 1
)
SELECT one.PERSON, one.PLACE, one.DAY, CASE WHEN ARRIVAL THEN 'A' ELSE 'D' END AS DIRECTION,
  CASE WHEN RESIDENT THEN 'R' ELSE 'N' END AS BEFORE,
  CASE WHEN CASE WHEN CANDIDATE THEN ARRIVAL ELSE RESIDENT END THEN 'R' ELSE 'N' END AS AFTER,
  CANDIDATE AND RESIDENT <> ARRIVAL AS MIGRATION,
  CASE WHEN walk.X IS NULL THEN CANDIDATE AND NOT CASE WHEN ARRIVAL THEN MAY_RESIDE ELSE MAY_NOT END
    WHEN ARRIVAL THEN walk.Y > AHEAD AND MORE <= 0
    ELSE walk.X + AHEAD < 0 AND MORE >= AHEAD END AS LOWER,
  CASE WHEN walk.X IS NULL THEN CANDIDATE AND CASE WHEN ARRIVAL THEN MAY_NOT ELSE MAY_RESIDE END
    WHEN ARRIVAL THEN walk.X + AHEAD >= 0 AND walk.X + AHEAD >= MORE
    ELSE walk.Y <= AHEAD AND walk.Y <= MORE END AS UPPER,
  LOWER = UPPER AS FINAL
FROM carried AS one LEFT JOIN walk ON one.PERSON = walk.PERSON AND one.N = walk.N
ORDER BY one.PLACE
"""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def window_sql(
    rule: TimeInWindow,
    *,
    through: datetime.date,
    since: datetime.date | None = None,
    initial: bool = False,
    table: str = "crossings",
) -> str:
    """One query that classifies crossings in DuckDB.

    Parameters
    ----------
    rule
        `tw(...)`.
    through, since
        As for `corridors.count.crossings.classify`.
    initial
        Whether the table has INITIAL (`R`, `N` or null).
    table
        Name of a table with PERSON, PLACE (the order of the crossings), DAY, DIRECTION; clean, none later than `through`.

    Returns
    -------
    str
        A query that gives PERSON, PLACE, DAY, DIRECTION, BEFORE, AFTER, MIGRATION, LOWER, UPPER, FINAL, by PLACE.

    Examples
    --------
    >>> import datetime
    >>> from corridors.count.rules import tw
    >>> window_sql(tw(), through=datetime.date(2024, 12, 31)).splitlines()[0]
    'WITH RECURSIVE given AS ('
    """
    if not _NAME.fullmatch(table):
        raise ValueError(f"table is {table!r}; allowed are letters, digits and _, with no digit first")
    begun = "first_value(DIRECTION) OVER person = 'D'"
    given = "first_value(INITIAL) OVER person"
    unsure = "false"
    if since is not None:
        first = "first_value(DAY) OVER person"
        unsure = f"{first} - DATE '{since}' < {_after(first, rule.stay)} - {first}"
        unsure += f" AND {given} IS NULL" if initial else ""
    return _QUERY.format(
        table=table,
        window_end=_after("DAY", rule.window),
        stay_end=_after("DAY", rule.stay),
        initial=f"coalesce({given} = 'R', {begun})" if initial else begun,
        unsure=unsure,
        after=f"(DATE '{through}' + 1)",
        far=1 << 40,
    )


def _after(day: str, length: Length) -> str:
    """First day after a period that starts on a day."""
    if isinstance(length, str):
        return f"CAST({day} + INTERVAL {int(length[:-1])} MONTH AS DATE)"
    return f"({day} + {length})"
