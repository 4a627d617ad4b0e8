"""Round trips counted: ``python -m bench.round_trips --each 200 --seed 1``.

Draws ``--each`` made disclosures of every family in every kind of border to PDF, in a random style, and reads
them back; and writes as many to XLSX, DOCX and HTML. Prints how many came back as they went in of how many tried, by
family and border or format, and how many were refused because their columns cannot be told (``table_unread``,
where no upright rules are drawn). What differs is listed: a number, a family and a border make the same document
again. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable

from schemas.errors import DocumentError
from tests.generator.disclosure import Disclosure
from tests.generator.office import write_docx, write_html, write_xlsx
from tests.generator.pdf import draw_pdf
from tests.generator.style import BORDERS
from tests.parsers.round_trip import NAMES, closed_style, differences, made, read_back

WRITERS: dict[str, Callable[[Disclosure], bytes]] = {
    "xlsx": write_xlsx,
    "docx": write_docx,
    "html": write_html,
}


REFUSED = "refused"


def try_one(family: str, way: str, number: int) -> list[str]:
    """What did not come back of one document; ``way`` is a border of PDF or another format."""
    disclosure = made(family, number)
    try:
        if way in WRITERS:
            parsed = read_back(disclosure, WRITERS[way](disclosure), way)
            return differences(parsed, disclosure, disclosure)
        style = closed_style(number, way)
        parsed = read_back(disclosure, draw_pdf(disclosure, style), "pdf")
        return differences(parsed, disclosure, style.printed_all(disclosure))
    except DocumentError as error:
        return [f"{REFUSED if error.reason == 'table_unread' else 'failed'}: {error}"]


def main() -> int:
    """Try, count, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=20, help="documents a family and border or format")
    parser.add_argument("--seed", type=int, default=1, help="number of the first document")
    parser.add_argument("--families", nargs="+", default=NAMES, choices=NAMES)
    parser.add_argument("--ways", nargs="+", default=[*BORDERS, *WRITERS], choices=[*BORDERS, *WRITERS])
    options = parser.parse_args()
    tried: Counter[tuple[str, str]] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    refused: Counter[tuple[str, str]] = Counter()
    started = time.process_time()
    for number in range(options.seed, options.seed + options.each):
        for family in options.families:
            for way in options.ways:
                wrong = try_one(family, way, number)
                tried[family, way] += 1
                held[family, way] += not wrong
                if wrong and wrong[0].startswith(REFUSED):
                    refused[family, way] += 1
                elif wrong:
                    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
                    print(f"{family} {way} {number}: {wrong[0][:300]}{more}", flush=True)
    print(f"| family | {' | '.join(options.ways)} | all |\n|---|{'---:|' * (len(options.ways) + 1)}")
    for family in options.families:
        cells = [
            f"{held[family, way]}/{tried[family, way]}"
            + (f", {refused[family, way]} refused" if refused[family, way] else "")
            for way in options.ways
        ]
        whole = [sum(count[family, way] for way in options.ways) for count in (held, tried)]
        print(f"| {family} | {' | '.join(cells)} | {whole[0]}/{whole[1]} |")
    total = tried.total()
    cpu = time.process_time() - started
    print(
        f"{held.total()} of {total} came back, {refused.total()} were refused; "
        f"{cpu / total * 1000:.0f} ms of processor time each"
    )
    return int(held.total() + refused.total() < total)


if __name__ == "__main__":
    sys.exit(main())
