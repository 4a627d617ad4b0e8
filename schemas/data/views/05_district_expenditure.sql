SELECT e.region_code, max(r.full_name) AS region_name, e.year, e.budget_phase, e.money_scope, e.class_code,
       max(e.class_name) AS class_name, e.expenditure_type,
       CAST(count(DISTINCT e.unit_code) AS INTEGER) AS bodies,
       CAST(sum(e.amount_wan) AS DECIMAL(18, 2)) AS amount_wan,
       CAST(sum(e.amount_yuan) AS DECIMAL(18, 2)) AS amount_yuan
FROM expenditure_by_function e
JOIN counted_disclosure c USING (unit_code, year, budget_phase, disclosure_level)
LEFT JOIN ref_division r ON r.code = e.region_code
WHERE c.counted
GROUP BY e.region_code, e.year, e.budget_phase, e.money_scope, e.class_code, e.expenditure_type
