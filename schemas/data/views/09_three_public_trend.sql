-- A blank is "not arranged": where the form is printed at all, its blanks are zero.
WITH yearly AS (
  SELECT l.unit_code, l.region_code, max(l.org_unit_name) AS org_unit_name, l.year, l.budget_phase, d.disclosure_level,
         coalesce(sum(l.amount_yuan), 0) AS total_yuan,
         coalesce(sum(l.amount_yuan) FILTER (l.measure_code = 'three_public_abroad'), 0) AS abroad_yuan,
         coalesce(sum(l.amount_yuan) FILTER (l.measure_code = 'three_public_vehicle_purchase'), 0) AS vehicle_purchase_yuan,
         coalesce(sum(l.amount_yuan) FILTER (l.measure_code = 'three_public_vehicle_running'), 0) AS vehicle_running_yuan,
         coalesce(sum(l.amount_yuan) FILTER (l.measure_code = 'three_public_reception'), 0) AS reception_yuan
  FROM budget_line l
  JOIN document d USING (document_id, unit_code, year)
  WHERE l.additive_set = 'THREE_PUBLIC'
  GROUP BY l.unit_code, l.region_code, l.year, l.budget_phase, d.disclosure_level
)
SELECT y.unit_code, y.region_code, y.org_unit_name, y.year, y.budget_phase, y.disclosure_level,
       CAST(y.total_yuan AS DECIMAL(18, 2)) AS total_yuan,
       CAST(y.abroad_yuan AS DECIMAL(18, 2)) AS abroad_yuan,
       CAST(y.vehicle_purchase_yuan AS DECIMAL(18, 2)) AS vehicle_purchase_yuan,
       CAST(y.vehicle_running_yuan AS DECIMAL(18, 2)) AS vehicle_running_yuan,
       CAST(y.reception_yuan AS DECIMAL(18, 2)) AS reception_yuan,
       CAST(b.total_yuan AS DECIMAL(18, 2)) AS year_before_yuan,
       CAST(y.total_yuan - b.total_yuan AS DECIMAL(18, 2)) AS change_yuan,
       y.total_yuan > b.total_yuan AS rose
FROM yearly y
LEFT JOIN yearly b ON b.unit_code = y.unit_code AND b.budget_phase = y.budget_phase
                  AND b.disclosure_level = y.disclosure_level AND b.year = y.year - 1
