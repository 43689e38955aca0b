"""Duration rules one person and one day at a time, as the definitions read: the twin of `corridors.count`.

Days are numbers; a crossing is (day, "A" or "D"); an answer is (before, after, migration, lower, upper) a crossing.
"""

import datetime
from itertools import product

FOREVER = 10**7
OTHER = {"A": "D", "D": "A"}
TARGET = {"A": "R", "D": "N"}


def end_of(day, length):
    """First day after a length of days, or of calendar months written "12m"."""
    if isinstance(length, int):
        return day + length
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
    year, month = divmod(date.year * 12 + date.month - 1 + int(length[:-1]), 12)
    for number in range(date.day, 0, -1):
        try:
            return (datetime.date(year, month + 1, number) - datetime.date(1970, 1, 1)).days
        except ValueError:
            continue
    raise AssertionError


def inside_at_end(crossings, day):
    """Whether the person is in the country at the end of a day; the last crossing of the day settles it."""
    state = crossings[0][1] == "D"
    for when, direction in crossings:
        if when <= day:
            state = direction == "A"
    return state


def beginnings(crossings, stay, *, initial=None, since=None):
    """The point's residence before the first crossing, and all that are possible."""
    day, direction = crossings[0]
    if initial:
        return initial, {initial}
    point = "N" if direction == "A" else "R"
    complete = since is None or day - since >= end_of(day, stay) - day
    return point, {point} if complete else {"N", "R"}


def in_one_world(crossings, status, *, stay, window, inside):
    """The rule carried along one history: (before, after, migration) a crossing; `inside` tells each day's state."""
    found = []
    for day, direction in crossings:
        end = end_of(day, window)
        spent = sum(inside(one) == (direction == "A") for one in range(day, end))
        moved = status != TARGET[direction] and spent >= end_of(day, stay) - day
        found.append((status, TARGET[direction] if moved else status, int(moved)))
        status = found[-1][1]
    return found


def tw(crossings, *, stay, window, through, initial=None, since=None):
    """Point by days; bounds by carrying (residence, days inside since the last observed day) of every world along."""
    point, worlds = beginnings(crossings, stay, initial=initial, since=since)
    found = in_one_world(crossings, point, stay=stay, window=window, inside=lambda day: inside_at_end(crossings, day))
    worlds, reached, answer = {(status, 0) for status in worlds}, 0, []
    for (day, direction), line in zip(crossings, found, strict=True):
        end = end_of(day, window)
        known = [inside_at_end(crossings, one) for one in range(day, min(end, through + 1))]
        for _ in range(max(0, end - through - 1) - reached):
            reached += 1
            worlds = {(status, count + step) for status, count in worlds for step in (0, 1)}
        flags, later = set(), set()
        for status, count in worlds:
            spent = sum(known) + count
            spent = spent if direction == "A" else end - day - spent
            moved = status != TARGET[direction] and spent >= end_of(day, stay) - day
            flags.add(int(moved))
            later.add((TARGET[direction] if moved else status, count))
        worlds = later
        answer.append((*line, min(flags), max(flags)))
    return answer


def tw_by_enumeration(crossings, *, stay, window, through, initial=None, since=None):
    """The same for short windows, with every path of days after the last observed one written out."""
    point, pasts = beginnings(crossings, stay, initial=initial, since=since)

    def run(status, inside):
        return in_one_world(crossings, status, stay=stay, window=window, inside=inside)

    found = run(point, lambda day: inside_at_end(crossings, day))
    ahead = max(0, max(end_of(day, window) for day, _ in crossings) - through - 1)
    flags = [set() for _ in crossings]
    for status, path in product(pasts, product((False, True), repeat=ahead)):

        def inside(day, path=path):
            return inside_at_end(crossings, day) if day <= through else path[day - through - 1]

        for place, line in enumerate(run(status, inside)):
            flags[place].add(line[2])
    return [(*line, min(seen), max(seen)) for line, seen in zip(found, flags, strict=True)]


def spell(crossings, *, stay, gap, through, initial=None, since=None, expected=()):
    """The stay that each crossing begins, followed interruption by interruption."""
    expected = dict(expected)
    status, possible = beginnings(crossings, stay, initial=initial, since=since)
    answer = []
    for place, (day, direction) in enumerate(crossings):
        goal = end_of(day, stay)
        point, chances = _stay(crossings, place, gap=gap, through=through, goal=goal, until=expected.get(place))
        before, target = status, TARGET[direction]
        moved = status != target and point
        status = target if moved else status
        outcomes = {(one, chance and one != target) for one in possible for chance in chances}
        possible = {target if went else one for one, went in outcomes}
        flags = {int(went) for _, went in outcomes}
        answer.append((before, status, int(moved), min(flags), max(flags)))
    return answer


def _stay(crossings, place, *, gap, through, goal, until):
    """Whether the stay is long enough, and whether it may be and may not be."""
    rest = crossings[place + 1 :]
    while len(rest) >= 2 and rest[1][0] - rest[0][0] <= gap:
        rest = rest[2:]
    if not rest:
        end = FOREVER if until is None else max(until, through + 1)
        return end >= goal, {True} if through + 1 >= goal else {True, False}
    end = rest[0][0]
    if end >= goal:
        return True, {True}
    may_return = len(rest) == 1 and through + 1 - end <= gap
    return False, {True, False} if may_return else {False}


def clean(rows, *, missing):
    """Rows (day, direction, instant or None, number or None) of one person in order; None when a crossing is missing."""
    rows = sorted(rows, key=lambda row: (row[0], row[2] is not None, row[2] or 0, row[3] or 0))
    kept = []
    for day in sorted({row[0] for row in rows}):
        group = [row for row in rows if row[0] == day]
        if all(row[2] is None and row[3] is None for row in group):
            group = _alternating(group, kept[-1][1] if kept else None)
        for row in group:
            if not kept or kept[-1][:2] != row[:2]:
                kept.append((day, row[1]))
    answer = []
    for day, direction in kept:
        if answer and answer[-1][1] == direction:
            if missing == "error":
                return None
            earlier = answer[-1][0]
            when = {"late": day, "early": earlier, "mid": earlier + (day - earlier) // 2}[missing]
            answer.append((when, OTHER[direction], True))
        answer.append((day, direction, False))
    return answer


def _alternating(group, state):
    left = {way: [row for row in group if row[1] == way] for way in "AD"}
    turn = OTHER[state] if state else ("D" if len(left["D"]) > len(left["A"]) else "A")
    found = []
    while left["A"] or left["D"]:
        if left[turn]:
            found.append(left[turn].pop())
        turn = OTHER[turn]
    return found


def short_stay(stays, *, limit, window, through):
    """Days present, days over the limit, and the first of these, by a set of days."""
    present = {day for entry, leave in stays for day in range(entry, min(leave, through) + 1)}
    over = [day for day in sorted(present) if len(present & set(range(day - window + 1, day + 1))) > limit]
    return len(present), len(over), over[0] if over else None
