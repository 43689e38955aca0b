"""`corridors document <noun>`."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime

from corridors.cli.printing import DONE, print_json

_Nouns = argparse._SubParsersAction


def add_document(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `document` with its nouns."""
    text = "Read resolutions, follow mandates, and look into practices and regional processes."
    parser = verbs.add_parser("document", help="resolutions, mandates, practices, processes", description=text)
    nouns = parser.add_subparsers(title="nouns", metavar="NOUN", required=True)
    _add_parse(nouns)
    _add_mandates(nouns)
    _add_chain(nouns)
    _add_practices(nouns)
    _add_processes(nouns)


def _noun(nouns: _Nouns[argparse.ArgumentParser], name: str, text: str) -> argparse.ArgumentParser:
    noun = nouns.add_parser(name, help=text[0].lower() + text[1:].rstrip("."), description=text)
    noun.add_argument("--json", action="store_true", help="print one JSON object for machines")
    noun.add_argument("--findings", metavar="FILE", help="also write findings to FILE as CSV")
    return noun


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _today() -> date:
    return datetime.now(UTC).date()


def _add_parse(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    noun = _noun(nouns, "parse", "Read a resolution into its paragraphs, notes, citations and asks.")
    noun.add_argument("file", metavar="FILE", help="text, PDF with a text layer, .docx or HTML")
    noun.add_argument("--akn", metavar="F", help="also write it as Akoma Ntoso to F")
    noun.set_defaults(run=_parse)


def _parse(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow.document import parse_file

    found = parse_file(Path(chosen.file), akn=Path(chosen.akn) if chosen.akn else None, as_of=_today())
    if chosen.json:
        print_json(found.as_dict())
        return DONE
    print(f"{found.head.symbol or 'no symbol'}: {found.head.title or 'no title'}")
    counts = (
        f"{len(found.preambular)} preambular, {len(found.operative)} operative paragraphs, {len(found.footnotes)} notes"
    )
    print(f"{counts}, confidence {found.confidence}")
    for where, ask in found.asks:
        print(f"{where}: {ask.kind}, by {', '.join(ask.to) or 'nobody named'}: {ask.what}")
    for one in found.anomalies:
        print(f"strange: {one.place}: {one.fact}")
    return DONE


def _add_mandates(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    noun = _noun(nouns, "mandates", "Who must do what by when, and what stands of it on a day.")
    noun.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="resolutions, or registers of mandates as JSON or CSV (default: the package's own)",
    )
    noun.add_argument("--as-of", type=_day, default=None, metavar="DAY", help="the day, YYYY-MM-DD (default: today)")
    noun.add_argument("--due", action="store_true", help="only what is due or overdue")
    noun.add_argument(
        "--all", action="store_true", help="every ask of a resolution, those without a product or date too"
    )
    noun.add_argument("--ics", metavar="F", help="write the calendar to F")
    noun.add_argument("--out", metavar="F", help="write the register to F, .json or .csv")
    noun.set_defaults(run=_mandates)


def _mandates(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict
    from pathlib import Path

    from corridors.workflow.document import standing_mandates, write_mandates

    as_of = chosen.as_of or _today()
    found = standing_mandates([Path(file) for file in chosen.files], as_of=as_of, due=chosen.due, core=not chosen.all)
    for name in filter(None, (chosen.ics, chosen.out)):
        write_mandates([one.mandate for one in found], Path(name), as_of=as_of)
    if chosen.json:
        print_json(
            {"as_of": as_of.isoformat(), "mandates": [{**asdict(one.mandate), "status": one.status} for one in found]}
        )
        return DONE
    for one in found:
        mandate = one.mandate
        print(f"{one.status:<10} {mandate.due or 'no date':<10} {mandate.id}: {mandate.text}")
    print(f"{len(found)} mandates on {as_of}")
    return DONE


def _add_chain(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    noun = _noun(nouns, "chain", "The resolutions on a topic, the oldest first, as their citations tell.")
    noun.add_argument("topic", metavar="TOPIC", help="words of the topic")
    noun.add_argument("files", nargs="*", metavar="FILE", help="resolutions whose citations are added")
    noun.set_defaults(run=_chain)


def _chain(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict
    from pathlib import Path

    from corridors.workflow.document import topic_chain

    found = topic_chain(chosen.topic, [Path(file) for file in chosen.files])
    if chosen.json:
        print_json(asdict(found))
        return DONE
    print("\n".join(found.symbols))
    for one in found.unsound:
        print(f"{one.symbol} cites {one.cites} of {one.date}: no day of that session")
    return DONE


def _add_practices(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    text = "Programmes that were documented and judged."
    actions = nouns.add_parser("practices", help=text[0].lower() + text[1:-1], description=text).add_subparsers(
        title="actions", metavar="ACTION", required=True
    )
    noun = _noun(actions, "search", "Look for practices in any of the six official languages.")
    noun.add_argument("words", nargs="+", metavar="WORDS", help="what to look for")
    noun.add_argument(
        "--everything", action="store_true", help="instruments, processes, bodies, meetings and mandates too"
    )
    noun.add_argument("--limit", type=int, default=10, metavar="N", help="at most so many (default: %(default)s)")
    noun.set_defaults(run=_search)
    noun = _noun(actions, "form", "Write an empty form to document a practice.")
    noun.add_argument(
        "--as", dest="form", choices=("json", "yaml", "xlsx"), default="xlsx", help="its form (default: %(default)s)"
    )
    noun.add_argument("--out", required=True, metavar="F", help="file to write")
    noun.set_defaults(run=_form)
    noun = _noun(actions, "check", "Check a filled form.")
    noun.add_argument("file", metavar="FILE", help="the form as JSON, YAML or .xlsx")
    noun.set_defaults(run=_check)


def _search(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from corridors.workflow.document import search_practices

    found = search_practices(" ".join(chosen.words), everything=chosen.everything, limit=chosen.limit)
    if chosen.json:
        print_json({"hits": [{**asdict(one.document), "score": one.score} for one in found]})
        return DONE
    for one in found:
        print(f"{one.document.id}: {one.document.title}")
    print(f"{len(found)} found")
    return DONE


def _form(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow.document import write_form

    made = write_form(chosen.form, Path(chosen.out))
    if chosen.json:
        print_json({"form": str(made)})
    else:
        print(made)
    return DONE


def _check(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow.document import check_form

    found = check_form(Path(chosen.file))
    if chosen.json:
        print_json({"practices": [one.id for one in found]})
    else:
        print(f"{len(found)} practices without a fault")
    return DONE


def _add_processes(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    noun = _noun(nouns, "processes", "The regional processes in which a State sits, and with whom.")
    noun.add_argument("--area", required=True, metavar="CODE", help="ISO 3166 alpha-3 code of the State")
    noun.add_argument("--on", type=_day, default=None, metavar="DAY", help="the day, YYYY-MM-DD (default: today)")
    noun.add_argument("--members", metavar="F", help="register of members to look into in place of the package's")
    noun.set_defaults(run=_processes)


def _processes(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict
    from pathlib import Path

    from corridors.workflow.document import area_processes, sits_with

    on = chosen.on or _today()
    found = area_processes(chosen.area, on=on, members=Path(chosen.members) if chosen.members else None)
    others = {} if chosen.members else sits_with(chosen.area, on=on)
    if chosen.json:
        print_json({"on": on.isoformat(), "seats": [asdict(one) for one in found], "sits_with": others})
        return DONE
    for one in found:
        print(f"{one.process} ({one.role}{'' if one.dated else ', day of joining not known'})")
    if others:
        print("sits with " + ", ".join(f"{name} ({count})" for name, count in others.items()))
    print(f"{len(found)} processes on {on}")
    return DONE
