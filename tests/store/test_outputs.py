"""A run's files take the place of those of the run before, all or none, and no file of the user's is touched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corridors.store.outputs import replace_files, with_sums

OLD = with_sums({"report.pdf": b"old", "charts/a.svg": b"old a", "charts/b.svg": b"old b"})
NEW = with_sums({"report.pdf": b"new", "charts/a.svg": b"new a", "tables/c.csv": b"new c"})


def held(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_what_an_earlier_run_wrote_and_this_one_does_not_is_removed_and_nothing_else(tmp_path):
    replace_files(tmp_path, OLD)
    (tmp_path / "charts" / "mine.svg").write_bytes(b"mine")
    replace_files(tmp_path, NEW)
    assert held(tmp_path) == {**NEW, "charts/mine.svg": b"mine"}


def test_a_file_of_ours_that_the_user_changed_is_the_user_s(tmp_path):
    replace_files(tmp_path, OLD)
    (tmp_path / "charts" / "b.svg").write_bytes(b"b, with my colours")
    replace_files(tmp_path, NEW)
    assert (tmp_path / "charts" / "b.svg").read_bytes() == b"b, with my colours"


@pytest.mark.parametrize("text", ["", "nonsense\n", "\0", f"{'0' * 64}  ../away\n", f"{'0' * 64}  /etc/passwd\n"])
def test_a_spoilt_list_of_checksums_removes_nothing(tmp_path, text):
    replace_files(tmp_path / "out", OLD)
    (tmp_path / "away").write_text("x")
    (tmp_path / "out" / "SHA256SUMS").write_text(text)
    replace_files(tmp_path / "out", NEW)
    assert held(tmp_path / "out") == {**NEW, "charts/b.svg": b"old b"}
    assert (tmp_path / "away").exists()


@pytest.mark.parametrize("name", ["report.pdf", "charts/a.svg", "SHA256SUMS"])
def test_a_folder_in_the_way_is_met_before_anything_is_replaced(tmp_path, name):
    (tmp_path / name).mkdir(parents=True)
    (tmp_path / "report.docx").write_bytes(b"old")
    before = held(tmp_path)
    with pytest.raises(IsADirectoryError, match=f"{name} is a folder"):
        replace_files(tmp_path, {"report.docx": b"new", **NEW})
    assert held(tmp_path) == before


def test_a_file_where_a_folder_should_be_is_met_before_anything_is_replaced(tmp_path):
    (tmp_path / "charts").write_bytes(b"mine")
    with pytest.raises(NotADirectoryError, match="charts is not a folder"):
        replace_files(tmp_path, NEW)
    assert held(tmp_path) == {"charts": b"mine"}


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("refused", ["report.pdf", "tables/c.csv", "charts/b.svg", "SHA256SUMS"])
def test_a_refusal_halfway_puts_everything_back(tmp_path, monkeypatch, refused, links):
    replace_files(tmp_path, OLD)

    def refusing(act):
        def acted(path, target):
            if tmp_path / refused in (path, target) and ".tmp-" not in Path(target).parts[-1] and not done:
                done.append(path)
                raise PermissionError(13, "Permission denied")
            return act(path, target)

        return acted

    def no_links(*_):
        raise OSError(95, "Operation not supported")

    done = []
    monkeypatch.setattr(Path, "rename", refusing(Path.rename))
    monkeypatch.setattr(Path, "replace", refusing(Path.replace))
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(PermissionError):
        replace_files(tmp_path, NEW)
    assert done
    assert held(tmp_path) == OLD


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from corridors.store.outputs import replace_files
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    replace_files(Path(sys.argv[1]), {"a.txt": b"new", "z.txt": b"n" * 1000})
except OSError as error:
    print(error.strerror)
"""


def test_a_full_disk_leaves_the_old_files(tmp_path):
    replace_files(tmp_path, {"a.txt": b"old", "z.txt": b"old"})
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "File too large\n"
    assert held(tmp_path) == {"a.txt": b"old", "z.txt": b"old"}


def test_what_a_killed_run_left_is_swept_away_and_what_lies_deeper_is_not_looked_at(tmp_path):
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    for folder in (tmp_path, tmp_path / "mine"):
        (folder / f".tmp-{int(dead.stdout)}-aa" / "new").mkdir(parents=True)
    replace_files(tmp_path, NEW)
    assert [path.parent.name for path in tmp_path.rglob(".tmp-*")] == ["mine"]
