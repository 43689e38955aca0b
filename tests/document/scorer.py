"""Scores of a reading against an annotated resolution, by the rules of schema `resolution-gold/1`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Hits, how many were found, how many there are."""

    hits: int = 0
    found: int = 0
    there: int = 0

    def __add__(self, other):
        return Score(self.hits + other.hits, self.found + other.found, self.there + other.there)

    @property
    def recall(self):
        return self.hits / self.there if self.there else 1.0

    @property
    def f1(self):
        return 2 * self.hits / (self.found + self.there) if self.found + self.there else 1.0

    def __str__(self):
        return f"{self.hits}/{self.there}" + (f" (+{self.found - self.hits})" if self.found > self.hits else "")


def bare(text):
    """Letters and digits, case kept."""
    return "".join(letter for letter in text or "" if letter.isalnum())


def bags(found, there):
    """Compare two lists as multisets."""
    left = list(there)
    hits = 0
    for one in found:
        if one in left:
            left.remove(one)
            hits += 1
    return Score(hits, len(found), len(there))


def _matched(found, gold, part):
    """Pairs of (found, gold) paragraphs with the same words, in order."""
    pairs, left = [], list(found[part])
    for there in gold[part]:
        same = next((one for one in left if bare(one["text"]) == bare(there["text"])), None)
        if same is not None:
            left.remove(same)
            pairs.append((same, there))
    return pairs


def _ask(ask):
    kind = ask["kind"] if ask["kind"] in ("report", "agenda") else "other"
    return (ask["id"], kind, ask.get("recipient"), ask.get("session") or ask.get("year") or ask.get("recurrence"))


def _asks(found, gold):
    other = [_ask(ask) for ask in gold["asks"] if not ask["core"]]
    ours = [_ask(ask) for ask in found["asks"] if ask["core"]]
    core = [_ask(ask) for ask in gold["asks"] if ask["core"]]
    extra = [ask for ask in ours if ask not in core and ask in other]
    for ask in extra:
        ours.remove(ask)
    return bags(ours, core)


def score(found, gold):
    """Scores by name of one reading, both in the schema's form."""
    made = {}
    leads, cites = [], Score()
    for part in ("preambular", "operative"):
        pairs = _matched(found, gold, part)
        made[part] = Score(len(pairs), len(found[part]), len(gold[part]))
        leads += [one["lead"] == there["lead"] for one, there in pairs]
        names = {there["id"] for _, there in pairs}
        for one, there in pairs:
            mine, theirs = set(one["cites"]), set(there["cites"])
            cites += Score(len(mine & theirs), len(mine), len(theirs))
        cites += Score(0, 0, sum(len(there["cites"]) for there in gold[part] if there["id"] not in names))
    total = len(gold["preambular"]) + len(gold["operative"])
    made["lead"] = Score(sum(leads), len(leads), total)
    made["cites"] = cites
    made["footnotes"] = bags(
        [(n["marker"], bare(n["text"])) for n in found["footnotes"]],
        [(n["marker"], bare(n["text"])) for n in gold["footnotes"]],
    )
    anchors = [
        {(mark, one["id"]) for part in ("preambular", "operative") for one in doc[part] for mark in one["footnotes"]}
        for doc in (found, gold)
    ]
    if gold.get("orphan_markers"):
        anchors = [set(), set()]
    made["anchors"] = Score(len(anchors[0] & anchors[1]), len(anchors[0]), len(anchors[1]))
    made["asks"] = _asks(found, gold)
    facts = [key for key in ("symbol", "status", "organ", "session", "session_year", "number", "title", "adopted_on", "plenary_meeting",  # noqa: E501
                             "committee", "sponsors_note", "agenda_items", "drafts", "committee_reports", "distributed_on")
             if gold.get(key) not in (None, [])]  # fmt: skip
    right = [key for key in facts if found.get(key) == gold[key] or bare(str(found.get(key))) == bare(str(gold[key]))]
    made["particulars"] = Score(len(right), len(facts), len(facts))
    return made


def table(rows):
    """The scores as lines of text: one line a document, the sum last."""
    names = list(next(iter(rows.values())))
    lines = [f"{'document':24}" + "".join(f"{name:>16}" for name in names)]
    lines += [f"{name[:23]:24}" + "".join(f"{made[one]!s:>16}" for one in names) for name, made in rows.items()]
    sums = {one: sum((made[one] for made in rows.values()), Score()) for one in names}
    lines.append(f"{'all':24}" + "".join(f"{sums[one]!s:>16}" for one in names))
    lines.append(f"{'F1':24}" + "".join(f"{sums[one].f1:>16.3f}" for one in names))
    return "\n".join(lines), sums
