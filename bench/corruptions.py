"""What becomes of a wrong extraction: ``python -m bench.corruptions --runs 1000 --seed 1 [FILES…]``.

Every run spoils what the reader returned of one file in one way (``bench.damage``), and lets the program judge it
as it judges a batch: contracts, rules, second reading, grade. The file itself is as it was, so the second reading
gives what is printed. A run that changes no row of the lake is drawn again. Files are read once; all else
happens in memory. ``--write`` puts the result into the note.

``refused`` the parsers gave it up · ``quarantined`` the two readings differ, or a rule forbids it · ``flagged``
committed with a warning or an error that the right reading has not · ``noted`` a finding for information or a
lower grade · ``slipped`` nothing was said.

The damage is done behind the count of characters that runs on every page of a PDF (``parsers.pdf.conservation``),
so the rules stand alone here. Of the last two outcomes the table counts those that change a figure (not only
blanks and zeros), and those that the count of characters would not see either.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from bench.damage import WAYS
from bench.spoil import OUTCOMES, UNSEEN, Run, source_of, spoil

NOTE = Path(__file__).parent.parent / "docs" / "notes" / "corruptions.md"


def main() -> None:
    """Spoil, judge, print; with ``--write`` also into the note."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", help="File name that files which tell no unit or year are given.")
    parser.add_argument("--write", action="store_true", help=f"Write {NOTE.name}.")
    options = parser.parse_args()
    started = time.process_time()
    sources = [source for path in options.files if (source := source_of(path, options.name)) is not None]
    print(f"{len(sources)} files read twice in {time.process_time() - started:.0f} s", file=sys.stderr)
    started = time.process_time()
    runs = spoil(sources, options.runs, options.seed)
    cpu = time.process_time() - started
    report = "\n".join([*_table(runs), "", *_list(runs)])
    print(report)
    print(f"{len(runs)} runs in {cpu:.0f} s", file=sys.stderr)
    if options.write:
        head = NOTE.read_text("utf-8").partition("<!-- results")[0] if NOTE.exists() else ""
        said = (
            f"{len(runs)} runs over {len(sources)} files, seed {options.seed}, "
            f"{cpu / len(runs) * 1000:.0f} ms of processor time each."
        )
        NOTE.write_text(f"{head}<!-- results: written by the benchmark -->\n\n{said}\n\n{report}\n", "utf-8")


def _table(runs: Sequence[Run]) -> list[str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for run in runs:
        for way in (run.way, "all"):
            counts[way][run.outcome] += 1
            counts[way]["figures"] += run.outcome in UNSEEN and run.figures
            counts[way]["conserved"] += run.outcome in UNSEEN and run.conserved
    lines = [
        f"| corruption | runs | {' | '.join(OUTCOMES)} | stopped or flagged "
        "| figures changed unseen | unseen, conserved |"
    ]
    lines += ["|---|" + "---:|" * (len(OUTCOMES) + 4)]
    for way in (*WAYS, "all"):
        own = counts[way]
        seen, total = sum(own[name] for name in OUTCOMES[:3]), sum(own[name] for name in OUTCOMES)
        cells = " | ".join(str(own[name]) for name in OUTCOMES)
        share = f"{seen / max(total, 1):.1%}"
        lines.append(
            f"| {way.replace('_', ' ')} | {total} | {cells} | {share} | {own['figures']} | {own['conserved']} |"
        )
    return lines


def _list(runs: Sequence[Run]) -> list[str]:
    """Every run that was neither stopped nor flagged."""
    lines = ["Neither stopped nor flagged:", ""]
    for run in runs:
        if run.outcome in UNSEEN:
            said = [run.why] if run.why else []
            said += [] if run.figures else ["nothing but blanks and zeros"]
            said += [] if run.conserved else ["characters not conserved: read again"]
            why = f" ({'; '.join(said)})" if said else ""
            lines.append(f"- {run.outcome}{why}: {run.way.replace('_', ' ')}, {run.source.name}: {run.what}")
    return lines


if __name__ == "__main__":
    main()
