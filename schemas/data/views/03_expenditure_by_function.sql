-- Families print the functional table over all money, over appropriations or over the general public budget only:
-- of each disclosure the widest is taken, because they repeat the same money.
WITH wide AS (
  SELECT *, CASE additive_set WHEN 'EXP_FUNC_TYPE' THEN 1 WHEN 'APPROPRIATION_FUNC' THEN 2 ELSE 3 END AS width
  FROM additive_amount
  WHERE additive_set IN ('EXP_FUNC_TYPE', 'APPROPRIATION_FUNC', 'GPB_FUNC_CATEGORY')
), chosen AS (
  SELECT unit_code, year, budget_phase, disclosure_level, min(width) AS width FROM wide GROUP BY ALL
)
SELECT w.unit_code, w.region_code, max(w.org_unit_name) AS org_unit_name, w.year, w.budget_phase, w.disclosure_level,
       CASE w.width WHEN 1 THEN 'all' WHEN 2 THEN 'appropriations' ELSE 'general_public_budget' END AS money_scope,
       w.function_code[:3] AS class_code, max(c.name) AS class_name,
       w.function_code, max(w.function_name) AS function_name, w.expenditure_type,
       CAST(sum(w.amount_wan) AS DECIMAL(18, 2)) AS amount_wan,
       CAST(sum(w.amount_yuan) AS DECIMAL(18, 2)) AS amount_yuan
FROM wide w
JOIN chosen USING (unit_code, year, budget_phase, disclosure_level, width)
LEFT JOIN ref_function c ON c.code = w.function_code[:3] AND c.usual
GROUP BY w.unit_code, w.region_code, w.year, w.budget_phase, w.disclosure_level, w.width, w.function_code,
         w.expenditure_type
