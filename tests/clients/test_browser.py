"""A real browser on the report and on single charts, with scripts on and off."""

import re
import shutil
import subprocess

import pytest

from corridors.workflow.report import make_report

pytestmark = pytest.mark.heavy
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


def charts(out):
    return len(list((out / "charts").glob("*.svg")))


def shown(page, fragment=""):
    """The page's document as the browser has it after it was loaded, and what the browser logged."""
    if BROWSER is None:
        pytest.skip("needs Chromium")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1000,40000", "--virtual-time-budget=20000"]
    # Any address outside the page would be looked up and fail loudly in the log.
    options += ["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0", "--dump-dom"]
    done = subprocess.run(
        [BROWSER, *options, page.resolve().as_uri() + fragment], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout, done.stderr


def inside(text, *, style, sandbox, ask):
    """A page that shows another one in a frame and writes the answer to a question about it into its own text."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f"<meta charset=utf-8><textarea id=page hidden>{escaped}</textarea>"
        f'<iframe id=frame style="border:0;{style}" {sandbox}></iframe><p id=answer></p><script>'
        f"frame.onload = () => {{ const page = frame.contentDocument; answer.textContent = 'answer ' + ({ask}); }};"
        "frame.srcdoc = document.getElementById('page').value;</script>"
    )


def answered(probe):
    page, _ = shown(probe)
    found = re.search(r'<p id="answer">answer (\d+)</p>', page)
    assert found, page[-300:]
    return int(found[1])


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    make_report(world="embedded", out=folder / "out", store=folder / "store", fresh=False, progress=lambda *_: None)
    return folder / "out"


def test_without_scripts_every_chart_is_there(out, tmp_path):
    probe = tmp_path / "probe.html"
    text = (out / "report.html").read_text(encoding="utf-8")
    # The sandbox of the frame allows its parent to look in, and no script to run.
    ask = "[...page.querySelectorAll('.drawing > svg')].filter(one => one.getBoundingClientRect().height > 100).length"
    probe.write_text(inside(text, style="width:900px", sandbox="sandbox=allow-same-origin", ask=ask), encoding="utf-8")
    assert answered(probe) == charts(out)


def test_with_scripts_every_chart_comes_alive_and_nothing_is_fetched(out):
    page, log = shown(out / "report.html")
    body = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    assert body.count('class="vega-embed"') == charts(out)
    assert "The picture stays still" not in log
    assert "net::ERR_" not in log
    assert "Refused to" not in log


def test_a_link_to_an_account_opens_it_without_scripts(out, tmp_path):
    text = re.sub(r"<script\b.*?</script>", "", (out / "report.html").read_text(encoding="utf-8"), flags=re.DOTALL)
    anchor = re.search(r'href="#(account-[^"]*)"', text)[1]
    (tmp_path / "still.html").write_text(text, encoding="utf-8")
    opened, _ = shown(tmp_path / "still.html", fragment=f"#{anchor}")
    assert len(re.findall(r'<details class="accounts?" open', opened)) == 2
    closed, _ = shown(tmp_path / "still.html")
    assert '<details class="account" open' not in closed


def test_a_chart_s_own_page_comes_alive(out):
    page, log = shown(out / "charts" / "flows.chord.html")
    assert 'class="vega-embed"' in page
    assert "The picture stays still" not in log


def test_the_page_is_no_wider_than_a_telephone(out, tmp_path):
    probe = tmp_path / "probe.html"
    text = (out / "report.html").read_text(encoding="utf-8")
    ask = "page.documentElement.scrollWidth"
    style = "width:320px;height:900px"
    probe.write_text(inside(text, style=style, sandbox="sandbox=allow-same-origin", ask=ask), encoding="utf-8")
    assert answered(probe) <= 320
