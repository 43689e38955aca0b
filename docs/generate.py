"""Reference pages that follow from the package: dataflows, vocabulary, areas, sources, registers, findings, commands, modules."""

import argparse
import pkgutil
from pathlib import Path
from typing import get_args

import corridors
from corridors.cli import parser
from corridors.collect.catalogue import card, sources
from corridors.concepts.areas import known_areas
from corridors.concepts.codelists import CodeListName, codelist
from corridors.concepts.dataflows import DataflowName, dataflow
from corridors.document.registers.register import RegisterName, register, shipped


def write_pages(folder: Path) -> None:
    """Write the pages into the folder, replacing what is there."""
    folder.mkdir(exist_ok=True)
    for name, text in {
        "dataflows": dataflows_page(),
        "vocabulary": vocabulary_page(),
        "areas": areas_page(),
        "sources": sources_page(),
        "registers": registers_page(),
        "modules": modules_page(),
        "findings": findings_page(),
        "cli": cli_page(),
    }.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def dataflows_page() -> str:
    """One chapter for each dataflow with its columns."""
    parts = [
        "# Dataflows\n\nEach table that Corridors stores is one of these. Columns of the key tell observations apart."
    ]
    for name in get_args(DataflowName):
        flow = dataflow(name)
        key = {column.name for column in flow.key}
        optional = {column.name for column in (*flow.optional, *flow.dimensions)}
        rows = [
            f"| `{c.name}` | {'key' if c.name in key else 'optional' if c.name in optional else ''} | {c.kind} | {c.text} |"
            for c in flow.columns
        ]
        parts.append(
            f"## {name}\n\n**{flow.title}.** {flow.text}\n\n| column | role | kind | meaning |\n|---|---|---|---|\n"
            + "\n".join(rows)
        )
    return "\n\n".join(parts) + "\n"


def vocabulary_page() -> str:
    """One table for each code list."""
    parts = ["# Vocabulary"]
    parts += [f"## {name}\n\n{_code_table(name)}" for name in get_args(CodeListName) if name != "FINDING"]
    return "\n\n".join(parts) + "\n"


def findings_page() -> str:
    """Every code a finding can carry."""
    return (
        "# Findings\n\nA fault in data is a finding: a code, the place, the fact and the mend. `--findings FILE` writes them "
        f"as CSV, `--json` as JSON.\n\n{_code_table('FINDING')}\n"
    )


def areas_page() -> str:
    """Every area with its codes and what it lies in."""
    parts = [
        "# Areas\n\nCodes are ISO 3166-1 alpha-3 for countries and territories, `W` with the United Nations code for regions "
        "and groups, the old code for former states. Names in six languages follow from `area_name`."
    ]
    for kind, title in (
        ("country", "Countries and territories"),
        ("former", "Former states"),
        ("region", "Regions"),
        ("group", "Groups"),
        ("world", "World"),
        ("unknown", "Unknown"),
    ):
        rows = [
            f"| `{a.code}` | {a.m49 or ''} | {a.name} | {a.name_fr} | {a.subregion or a.region or ''} |"
            for a in known_areas().values()
            if a.kind == kind
        ]
        parts.append(
            f"## {title}\n\n| code | UN code | English | French | in |\n|---|---|---|---|---|\n" + "\n".join(rows)
        )
    return "\n\n".join(parts) + "\n"


def sources_page() -> str:
    """One chapter for each source, from its card."""
    parts = ["# Sources\n\nEach source is a folder of `collect/sources/`; this page follows from their cards."]
    for name in sources():
        found = card(name)
        rows = [f"| `{p.id}` | {p.title} | {p.revision} |" for p in found.products]
        parts.append(
            f"## {name}\n\n**{found.title}.** {found.publisher}. Licence: {found.licence}. Units: {found.units}.\n\n"
            f"Cite as: {found.citation}\n\n| product | title | revision |\n|---|---|---|\n" + "\n".join(rows)
        )
    return "\n\n".join(parts) + "\n"


def registers_page() -> str:
    """One chapter for each register with its columns, and how many rows come with the package."""
    parts = [
        "# Registers\n\nTables of what is documented; `corridors.document.registers` reads and checks them as CSV."
    ]
    for name in get_args(RegisterName):
        found = register(name)
        rows = "\n".join(
            f"| `{c.name}` | {'key' if c.name in found.key else 'required' if c.required else ''} | {_plain(c.kind)} | {c.text} |"
            for c in found.columns
        )
        parts.append(
            f"## {name}\n\n**{found.title}.** {found.text} Rows in the package: {len(shipped(name))}.\n\n"
            f"| column | | kind | meaning |\n|---|---|---|---|\n{rows}"
        )
    return "\n\n".join(parts) + "\n"


def _plain(kind: str) -> str:
    return ", ".join(kind.split("|"))


def modules_page() -> str:
    """The public names of every module, from their docstrings."""
    names = sorted(
        module.name
        for module in pkgutil.walk_packages(corridors.__path__, "corridors.")
        if not any(part.startswith("_") for part in module.name.split("."))
    )
    parts = ["# Modules\n\nPublic functions and values, in the order of the folders' names."]
    parts += [f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n```" for name in names]
    return "\n\n".join(parts) + "\n"


def _code_table(name: CodeListName) -> str:
    rows = [f"| `{entry.code}` | {entry.name} | {entry.description} |" for entry in codelist(name).values()]
    return "| code | name | meaning |\n|---|---|---|\n" + "\n".join(rows)


def cli_page() -> str:
    """The help of every command."""
    parts = ["# Command line", f"```text\n{parser().format_help()}```"]
    for path, command in _commands(parser(), ()):
        parts.append(f"## corridors {' '.join(path)}\n\n```text\n{command.format_help()}```")
    return "\n\n".join(parts) + "\n"


def _commands(
    parent: argparse.ArgumentParser, path: tuple[str, ...]
) -> list[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    found = []
    for action in parent._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                found.append(((*path, name), command))
                found += _commands(command, (*path, name))
    return found
