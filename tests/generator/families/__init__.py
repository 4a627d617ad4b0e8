"""Full random disclosures of the other layout families, each consistent in itself, with its ground truth.

``jiangsu`` (budgets 2018-2019, 12 tables, 万元), ``shanghai`` (budgets from 2023, 9 tables, 元 and 万元) and
``final_accounts`` (national form, 9 tables, 万元). All give a ``Disclosure``: its tables carry form code,
header paths, rows as printed and money unit; itself unit name, year, phase, level and region.
Blank ruled rows are rows of empty texts: a reader may leave them out.
"""

from tests.generator.families.final_accounts import final_accounts
from tests.generator.families.jiangsu import jiangsu
from tests.generator.families.shanghai import shanghai

FAMILIES = {"jiangsu": jiangsu, "shanghai": shanghai, "final_accounts": final_accounts}

__all__ = ["FAMILIES", "final_accounts", "jiangsu", "shanghai"]
