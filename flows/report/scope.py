"""Which documents a report is of."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Scope:
    """Units (unit_code), years and regions to show; nothing given is everything.

    A region is a GB/T 2260 code and means all below it: 430000 is Hunan with its cities and counties.
    """

    units: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.units or self.years or self.regions)

    def filter(self) -> pl.Expr:
        """True for rows of the scope, by their columns unit_code and year."""
        wanted = pl.lit(value=True)
        if self.units:
            wanted &= pl.col("unit_code").is_in(list(self.units))
        if self.years:
            wanted &= pl.col("year").is_in(list(self.years))
        if self.regions:
            below = [pl.col("unit_code").str.starts_with(stem_of(code)) for code in self.regions]
            wanted &= pl.any_horizontal(below)
        return wanted


def stem_of(code: str) -> str:
    """The digits of a division code that those below it share: 430000 gives 43, 430200 gives 4302."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code
