WITH spent AS (
  SELECT unit_code, region_code, max(org_unit_name) AS org_unit_name, year, disclosure_level, money_scope,
         function_code, max(function_name) AS function_name,
         sum(amount_yuan) FILTER (budget_phase = 'approved') AS budget_yuan,
         sum(amount_yuan) FILTER (budget_phase = 'actual') AS actual_yuan
  FROM expenditure_by_function
  GROUP BY unit_code, region_code, year, disclosure_level, money_scope, function_code
), published AS (
  SELECT unit_code, year, disclosure_level, money_scope,
         bool_or(budget_phase = 'approved') AS budget_published, bool_or(budget_phase = 'actual') AS accounts_published
  FROM expenditure_by_function
  GROUP BY ALL
)
SELECT s.unit_code, s.region_code, s.org_unit_name, s.year, s.disclosure_level, s.money_scope, s.function_code,
       s.function_name,
       CAST(s.budget_yuan AS DECIMAL(18, 2)) AS budget_yuan,
       CAST(s.actual_yuan AS DECIMAL(18, 2)) AS actual_yuan,
       CAST(s.actual_yuan - s.budget_yuan AS DECIMAL(18, 2)) AS difference_yuan,
       CAST(round(100 * s.actual_yuan / nullif(s.budget_yuan, 0), 1) AS DECIMAL(12, 1)) AS executed_percent,
       p.budget_published, p.accounts_published
FROM spent s
JOIN published p USING (unit_code, year, disclosure_level, money_scope)
