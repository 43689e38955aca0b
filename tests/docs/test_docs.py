"""The documentation says what is there, and all that is there is in it."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from corridors.cli import parser
from corridors.concepts.codelists import codelist

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if "_build" not in page.parts and "reference" not in page.parts]


def sources():
    return {path: path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")}


def test_every_finding_code_is_in_the_list_and_every_listed_one_is_used():
    text = "\n".join(sources().values())
    used = set(re.findall(r'Finding\(\s*(?:code=)?"([a-z-]+)"', text))
    listed = set(codelist("FINDING"))
    assert used <= listed, used - listed
    assert all(f'"{code}"' in text for code in listed), [code for code in listed if f'"{code}"' not in text]


def test_every_finding_code_is_met_by_a_test():
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert [code for code in codelist("FINDING") if code not in tests] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_targets_commands_and_files_that_a_page_names_are_there(page):
    text = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"`make ([a-z]+)", text)
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0] == "make":
                targets.append(words[1])
            if words and words[0] == "corridors":
                parser().parse_args(words[1:])
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for name in re.findall(r"`((?:src|tests|docs)/[\w./-]+)`", text):
        if not re.search(r"/_\.|<", name):
            assert (ROOT / name).exists() or "*" in name, name
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        target = (page.parent / link).resolve()
        generated = target.parent == ROOT / "docs" / "reference"
        assert target.exists() or generated, link


def test_every_make_target_has_a_line_of_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):(.*)$", makefile, re.MULTILINE)
    assert {"report", "test", "check", "verify", "bench", "docs", "serve", "clean"} <= {name for name, _ in targets}
    assert all("## " in rest for _, rest in targets)


def test_reference_pages_follow_from_the_package(tmp_path):
    from generate import write_pages

    write_pages(tmp_path)
    commands = (tmp_path / "cli.md").read_text(encoding="utf-8")
    for name in ("report", "collect", "store list", "store show", "store verify", "store diff"):
        assert f"## corridors {name}\n" in commands
    modules = (tmp_path / "modules.md").read_text(encoding="utf-8")
    for name in ("corridors.estimate.flows", "corridors.harmonise.accounts", "corridors.store.vintages"):
        assert f".. automodule:: {name}\n" in modules
    findings = (tmp_path / "findings.md").read_text(encoding="utf-8")
    assert all(f"`{code}`" in findings for code in codelist("FINDING"))


def test_every_decision_is_in_the_index():
    index = (ROOT / "docs" / "decisions" / "index.md").read_text(encoding="utf-8")
    pages = [page.stem for page in (ROOT / "docs" / "decisions").glob("0*.md")]
    assert pages
    assert all(page in index for page in pages)


def test_what_a_clone_carries_names_no_machine_and_no_registry():
    hosts = re.compile("|".join(("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian")))
    for path in (*PAGES, *sources(), ROOT / "constraints.txt", ROOT / "pyproject.toml", ROOT / "Makefile"):
        text = path.read_text(encoding="utf-8")
        assert not hosts.search(text), path
