"""The sample disclosures of the demo: ``python -m tests.generator.samples OUT_DIR``.

Two units and two years so that partitions show, one publisher's error and one broken file so that findings
and the quarantine show. Units and figures are made by rule from the seed's, except the seed's own; a made
unit's name says so (样例).
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

from tests.generator.bad import truncated_pdf
from tests.generator.disclosure import Disclosure, derive, seed, with_change
from tests.generator.ledger import Rule
from tests.generator.pdf import draw_pdf
from tests.generator.style import Style

LAST_YEAR = Rule(Fraction(93, 100), Fraction(19, 20), Fraction(17, 20))
SECOND_UNIT = Rule(Fraction(3, 5), Fraction(7, 10), Fraction(4, 9), frozenset({"30107"}))
THIRD_UNIT = Rule(Fraction(5, 4), Fraction(6, 5), Fraction(2, 3))
WORD = Style(borders="thin_rectangles", fake_bold=True, wide="rotated", contents="table", latin_runs=True)
SPREADSHEET = Style(borders="fills", numbers="thousands", repeat_header=False, row_height=1.3)


def published_error(disclosure: Disclosure) -> Disclosure:
    """The disclosure with one figure that its publisher got wrong: 行政运行 in 一般公共预算支出表, 合计."""
    index = next(place for place, table in enumerate(disclosure.tables) if table.number == 7)
    table = disclosure.tables[index]
    row = next(place for place, texts in enumerate(table.rows) if texts[3] == "2010301")
    whole, _, rest = table.rows[row][5].partition(".")
    return with_change(disclosure, index, row, 5, f"{int(whole) + 10}.{rest}")


def samples() -> dict[str, bytes]:
    """The sample files by name."""
    own = seed()
    last_year = derive("052001", own.unit_name, 2023, LAST_YEAR)
    second = derive("053001", "株洲市荷塘区样例事务中心", 2024, SECOND_UNIT)
    third = published_error(derive("054001", "株洲市荷塘区样例服务中心", 2024, THIRD_UNIT))
    return {
        f"{own.file_name}.pdf": draw_pdf(own),
        f"{last_year.file_name}.pdf": draw_pdf(last_year, WORD),
        f"{second.file_name}.pdf": draw_pdf(second, SPREADSHEET),
        f"{third.file_name}.pdf": draw_pdf(third),
        "株洲市荷塘区样例档案馆_2024年部门预算公开表.pdf": truncated_pdf(),
    }


def main(arguments: list[str]) -> int:
    """Writes the samples into a folder and prints their paths."""
    if len(arguments) != 1:
        print("usage: python -m tests.generator.samples OUT_DIR", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in samples().items():
        path = folder / name
        path.write_bytes(data)
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
