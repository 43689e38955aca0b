"""`corridors consult <noun>`."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

from corridors.cli.consultation import add_desk, desk_round
from corridors.cli.printing import DONE, print_json

if TYPE_CHECKING:
    from corridors.consult.tally import Tally

_Nouns = argparse._SubParsersAction


def add_consult(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `consult` with its nouns."""
    text = "Ask Member States, and tally what they reply."
    parser = verbs.add_parser("consult", help="questionnaires, rounds, tallies", description=text)
    nouns = parser.add_subparsers(title="nouns", metavar="NOUN", required=True)
    _add_tally(nouns)
    _add_form(nouns)
    add_desk(nouns)


def _noun(nouns: _Nouns[argparse.ArgumentParser], name: str, text: str) -> argparse.ArgumentParser:
    noun = nouns.add_parser(name, help=text[0].lower() + text[1:].rstrip("."), description=text)
    noun.add_argument("--json", action="store_true", help="print one JSON object for machines")
    noun.add_argument("--findings", metavar="FILE", help="also write findings to FILE as CSV")
    return noun


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _add_tally(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    noun = _noun(nouns, "tally", "Count the replies of a round over the membership of a day.")
    noun.add_argument("round", nargs="?", metavar="ROUND", help="a round of the consultation's own database")
    noun.add_argument("--folder", default="consultation", metavar="DIR", help="its folder (default: %(default)s)")
    noun.add_argument(
        "--golden", action="store_true", help="the survey that the resolution describes, as 78 placeholders"
    )
    noun.add_argument(
        "--as-of", type=_day, default=None, metavar="DAY", help="the day, YYYY-MM-DD (default: that of the cut-off)"
    )
    noun.set_defaults(run=_tally)


def _tally(chosen: argparse.Namespace) -> int:
    from corridors.consult.tally import tally
    from corridors.workflow.consult import golden_tally, tally_answer

    if chosen.golden == (chosen.round is not None):
        raise ValueError("name the round to tally: ROUND or --golden")
    if chosen.golden:
        found = golden_tally(as_of=chosen.as_of)
    else:
        found = tally(desk_round(chosen.folder, chosen.round)[0], as_of=chosen.as_of)
    if chosen.json:
        print_json(tally_answer(found))
    else:
        print_tally(found)
    return DONE


def print_tally(found: Tally) -> None:
    """Print a tally in sentences, each position with its bounds over the silent."""
    from corridors.consult.tally import shipped_rules

    labels = {one.name: one.label for one in shipped_rules("stance").positions}
    print(f"{found.title}, membership of {found.as_of}")
    print(f"{found.replied} of {found.members} Members replied = {found.share:.0f} per cent; {found.silent} silent")
    for name, count in found.counts.items():
        low, high = found.bounds(name)
        if count or name in ("in_favour", "partially", "against"):
            print(f"{labels.get(name, name)}: {count}, between {low:.1f} and {high:.1f} per cent of the membership")
    for kind, counts in found.apart.items():
        if sum(counts.values()):
            print(f"apart, {kind}: {sum(counts.values())} replied")


def _add_form(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    noun = _noun(nouns, "form", "Write the shipped questionnaire to a file, or check a workbook of your own.")
    noun.add_argument(
        "--out", metavar="F", help="write the questionnaire `views` to F, .xlsx (XLSForm) or .xml (XForm)"
    )
    noun.add_argument("--check", metavar="F", help="read the XLSForm F and name its faults")
    noun.set_defaults(run=_form)


def _form(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow.consult import read_questionnaire, write_questionnaire

    if (chosen.out is None) == (chosen.check is None):
        raise ValueError("name one of --out F and --check F")
    if chosen.out is not None:
        made = write_questionnaire("views", Path(chosen.out))
        print_json({"form": str(made)}) if chosen.json else print(made)
        return DONE
    form = read_questionnaire(Path(chosen.check))
    count = len(list(form.questions()))
    if chosen.json:
        print_json({"form": form.id, "version": form.version, "languages": list(form.languages), "questions": count})
    else:
        print(f"{form.id}: {count} questions in {', '.join(form.languages)}, without a fault")
    return DONE
