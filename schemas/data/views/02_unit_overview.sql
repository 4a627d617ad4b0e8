-- A printed total is the largest of its measure in 收支总表: 本年收入合计 stands there beside 收入总计.
WITH printed AS (
  SELECT l.unit_code, l.year, d.budget_phase, d.disclosure_level,
         max(l.amount_yuan) FILTER (l.measure_code = 'revenue_total') AS revenue_yuan,
         max(l.amount_yuan) FILTER (l.measure_code = 'expenditure_total') AS expenditure_yuan
  FROM budget_line l
  JOIN document d USING (document_id, unit_code, year)
  WHERE l.form_code = 'revenue_expenditure_summary' AND l.budget_phase = d.budget_phase AND l.fund_type IS NULL
  GROUP BY ALL
), summed AS (
  SELECT unit_code, year, budget_phase, disclosure_level,
         sum(amount_yuan) FILTER (additive_set IN ('EXP_FUNC_TYPE', 'EXP_TYPE') AND expenditure_type = 'basic') AS basic_yuan,
         sum(amount_yuan) FILTER (additive_set IN ('EXP_FUNC_TYPE', 'EXP_TYPE') AND expenditure_type = 'project') AS project_yuan,
         sum(amount_yuan) FILTER (additive_set = 'THREE_PUBLIC') AS three_public_yuan
  FROM additive_amount
  GROUP BY ALL
), failed AS (
  SELECT document_id, unit_code, year, count(*) AS errors
  FROM finding
  WHERE status = 'violated' AND severity = 'error' AND NOT waived
  GROUP BY ALL
)
SELECT d.unit_code, d.region_code, r.full_name AS region_name, d.org_unit_code, d.org_unit_name, d.year,
       d.budget_phase, d.disclosure_level,
       p.revenue_yuan, p.expenditure_yuan,
       CAST(s.basic_yuan AS DECIMAL(18, 2)) AS basic_yuan,
       CAST(s.project_yuan AS DECIMAL(18, 2)) AS project_yuan,
       CAST(s.three_public_yuan AS DECIMAL(18, 2)) AS three_public_yuan,
       d.grade, CAST(coalesce(f.errors, 0) AS INTEGER) AS open_errors,
       d.document_title, d.source_uri, d.source_url, d.published_date, d.withdrawn_at IS NOT NULL AS withdrawn, d.document_id
FROM document d
LEFT JOIN printed p USING (unit_code, year, budget_phase, disclosure_level)
LEFT JOIN summed s USING (unit_code, year, budget_phase, disclosure_level)
LEFT JOIN failed f USING (document_id, unit_code, year)
LEFT JOIN ref_division r ON r.code = d.region_code
WHERE d.is_current
