"""The pictures of ``docs/images``: ``python docs/screenshots.py``. Needs Chromium and a font with Chinese.

Everything in them is made on the way: the sample disclosures, a lake, the report, and the terminal of ``trace``
(its output as a terminal gets it, drawn by Rich). Nothing leaves the machine.
"""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from flows.report.build import build_report
from infra.lake import Lake
from infra.settings import Settings
from tests.flows.report.browser import open_browser, why_no_browser
from tests.generator.samples import main as make_samples

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH = 96  # of the terminal, in characters
UNIT, ERRING = "430202-052001", "430202-054001"
DESKTOP, PHONE = (1360, 850), (390, 780)


def main() -> int:
    """Writes every picture."""
    if (missing := why_no_browser()) is not None:
        print(f"No pictures without a browser: {missing}.", file=sys.stderr)
        return 2
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_samples([str(root / "in")])
        settings = Settings(lake=str(root / "lake"))
        run("ingest", str(root / "in"), "--lake", settings.lake)
        build_report(Lake.of(settings), settings, root / "report")
        trace = trace_in_a_terminal(settings.lake, root)
        with open_browser() as browser:
            pages(browser, root / "report")
            picture(browser, trace, "trace", (1180, 700), selector="svg")
    return 0


def run(*arguments: str) -> None:
    """The command line; a refused sample is part of the picture."""
    program = "from flows.cli import main; main()"
    subprocess.run([sys.executable, "-c", program, *arguments], check=False, stdout=subprocess.DEVNULL)  # noqa: S603


def pages(browser: Browser, report: Path) -> None:
    """The pages on a desktop and on a phone, light and dark."""
    document = next((report / "document" / ERRING).glob("2024-*.html"))
    unit = report / "unit" / f"{UNIT}.html"
    # The first cell of the first finding, with its box and its rules.
    chosen = "document.querySelector('.findings .cells a').click()"
    picture(browser, report / "index.html", "index", DESKTOP)
    picture(browser, unit, "unit-dark", DESKTOP, scheme="dark")
    picture(browser, document, "document", DESKTOP, script=chosen)
    picture(browser, document, "document-phone", PHONE)
    picture(browser, document, "document-phone-cell", PHONE, script=chosen)


def picture(
    browser: Browser,
    page: Path,
    name: str,
    size: tuple[int, int],
    scheme: str = "light",
    script: str | None = None,
    selector: str | None = None,
) -> None:
    """One picture of a page, in few colours so that it is small."""
    shown = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    shown.goto(page.as_uri())
    if script is not None:
        shown.evaluate(script)
    shown.wait_for_timeout(1500)  # pictures in sight are loaded when they come into it
    data = shown.locator(selector).screenshot() if selector else shown.screenshot()
    shown.close()
    path = IMAGES / f"{name}.png"
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"docs/images/{path.name} {path.stat().st_size:,} bytes")


def trace_in_a_terminal(lake: str, root: Path) -> Path:
    """What ``trace`` writes to a terminal, as a page."""
    arguments = ["trace", ERRING, "2024", "一般公共预算支出表", "2010301", "--column", "合计"]
    program = (
        f"import sys; sys.argv[1:] = {[*arguments, '--lake', lake]!r}; from flows.cli import main; main()"
    )
    environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": str(WIDTH), "LINES": "60"}
    written = in_terminal([sys.executable, "-c", program], {**os.environ, **environment})
    # The lake of this run has a name that tells nothing.
    shown = written.replace(str(root / "in"), "disclosures")
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text(f"$ budgetlake {' '.join(arguments)}", style="bold"))
    console.print(Text.from_ansi(shown))
    page = root / "trace.html"
    svg = console.export_svg(title="budgetlake trace", theme=MONOKAI)
    # Rich asks a server for its font; the system's has to do.
    # Rich gives each run of text the width of its characters, as if none were wide.
    svg = re.sub(r' textLength="[^"]*"', "", svg)
    svg = "\n".join(line for line in svg.splitlines() if "url(" not in line or "clip-path" in line)
    page.write_text(f"<!doctype html><meta charset='utf-8'><body style='margin:0'>{svg}", encoding="utf-8")
    return page


def in_terminal(command: list[str], environment: dict[str, str]) -> str:
    """The output of a command that believes it writes to a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdout=theirs, env=environment)  # noqa: S603
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # a terminal whose other side is closed
            break
        if not part:
            break
        parts.append(part)
    process.wait()
    return b"".join(parts).decode("utf-8", "replace").replace("\r\n", "\n")


if __name__ == "__main__":
    sys.exit(main())
