"""Reference pages that follow from the package: dataflows, vocabulary, findings, command line."""

import argparse
from pathlib import Path
from typing import get_args

from corridors.cli import parser
from corridors.concepts.codelists import CodeListName, codelist
from corridors.concepts.dataflows import DataflowName, dataflow


def write_pages(folder: Path) -> None:
    """Write the pages into the folder, replacing what is there."""
    for name, text in {
        "dataflows": dataflows_page(),
        "vocabulary": vocabulary_page(),
        "findings": findings_page(),
        "cli": cli_page(),
    }.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def dataflows_page() -> str:
    """One chapter for each dataflow with its columns."""
    parts = ["# Dataflows\n\nEach table that Corridors stores is one of these. Columns of the key tell observations apart."]
    for name in get_args(DataflowName):
        flow = dataflow(name)
        key = {column.name for column in flow.key}
        optional = {column.name for column in flow.optional}
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
    for name in get_args(CodeListName):
        if name != "FINDING":
            parts.append(f"## {name}\n\n{_code_table(name)}")
    return "\n\n".join(parts) + "\n"


def findings_page() -> str:
    """Every code a finding can carry."""
    return (
        "# Findings\n\nA fault in data is a finding: a code, the place, the fact and the mend. `--findings FILE` writes them "
        f"as CSV, `--json` as JSON.\n\n{_code_table('FINDING')}\n"
    )


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
