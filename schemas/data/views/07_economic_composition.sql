-- Jiangsu prints basic expenditure twice, from appropriations and from the general public budget: the wider is taken.
WITH wide AS (
  SELECT *, CASE additive_set WHEN 'APPROPRIATION_BASIC_ECON' THEN 1 ELSE 2 END AS width
  FROM additive_amount
  WHERE additive_set IN ('APPROPRIATION_BASIC_ECON', 'BASIC_DEPT_ECON')
), chosen AS (
  SELECT unit_code, year, budget_phase, disclosure_level, min(width) AS width FROM wide GROUP BY ALL
)
SELECT w.unit_code, w.region_code, max(w.org_unit_name) AS org_unit_name, w.year, w.budget_phase, w.disclosure_level,
       w.econ_code[:3] AS class_code, max(c.name) AS class_name,
       w.econ_code, max(w.econ_name) AS econ_name, w.expenditure_category,
       CAST(sum(w.amount_wan) AS DECIMAL(18, 2)) AS amount_wan,
       CAST(sum(w.amount_yuan) AS DECIMAL(18, 2)) AS amount_yuan
FROM wide w
JOIN chosen USING (unit_code, year, budget_phase, disclosure_level, width)
LEFT JOIN ref_economy c ON c.code = w.econ_code[:3] AND c.usual
GROUP BY w.unit_code, w.region_code, w.year, w.budget_phase, w.disclosure_level, w.econ_code, w.expenditure_category
