-- A department's disclosure contains its units. Which department a unit belongs to is known by its code or the
-- registry; where it is not known, the unit is counted only if its region has no department-level disclosure.
WITH bodies AS (
  SELECT d.*, CASE WHEN u.code IS NOT NULL THEN u.department
                   WHEN regexp_full_match(d.org_unit_code, '[0-9]{6}') THEN d.org_unit_code[:3]
                   WHEN regexp_full_match(d.org_unit_code, '[0-9]{3}') THEN d.org_unit_code END AS department_code
  FROM document d
  LEFT JOIN ref_unit u ON u.region_code = d.region_code AND u.code = d.org_unit_code
  WHERE d.is_current
), judged AS (
  SELECT b.*,
         EXISTS (FROM bodies o WHERE o.region_code = b.region_code AND o.year = b.year
                 AND o.budget_phase = b.budget_phase AND o.disclosure_level = 'department'
                 AND CASE b.disclosure_level
                     WHEN 'unit' THEN o.unit_code = b.unit_code OR o.org_unit_name = b.org_unit_name
                                      OR o.department_code = b.department_code
                     ELSE o.org_unit_code = b.department_code AND b.org_unit_code <> b.department_code END) AS inside,
         EXISTS (FROM bodies o WHERE o.region_code = b.region_code AND o.year = b.year
                 AND o.budget_phase = b.budget_phase AND o.disclosure_level = 'department') AS departments_known
  FROM bodies b
)
SELECT unit_code, region_code, org_unit_name, year, budget_phase, disclosure_level, department_code,
       NOT inside AND (disclosure_level = 'department' OR department_code IS NOT NULL OR NOT departments_known) AS counted,
       CASE WHEN inside THEN 'part_of_department'
            WHEN disclosure_level = 'unit' AND department_code IS NULL AND departments_known THEN 'department_unknown'
       END AS left_out_because
FROM judged
