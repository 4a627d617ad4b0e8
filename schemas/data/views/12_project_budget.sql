WITH named AS (
  SELECT document_id, unit_code, year, table_no, project_name,
         count(*) AS indicators, count(*) FILTER (target_kind IN ('number', 'date')) AS measurable
  FROM performance_indicator
  WHERE scope = 'project' AND target_kind <> 'not_applicable'
  GROUP BY ALL
)
SELECT g.unit_code, g.region_code, max(g.org_unit_name) AS org_unit_name, g.year, g.budget_phase, d.disclosure_level,
       g.project_name, max(g.project_category) AS project_category, max(g.project_match_name) AS project_match_name,
       max(g.annual_budget_yuan) AS annual_budget_yuan, min(g.period_start) AS period_start,
       max(g.period_end) AS period_end,
       CAST(coalesce(max(n.indicators), 0) AS INTEGER) AS indicators,
       CAST(coalesce(max(n.measurable), 0) AS INTEGER) AS measurable_indicators,
       g.document_id, g.table_no
FROM performance_goal g
JOIN document d USING (document_id, unit_code, year)
LEFT JOIN named n ON n.document_id = g.document_id AND n.unit_code = g.unit_code AND n.year = g.year
                 AND n.table_no = g.table_no AND n.project_name IS NOT DISTINCT FROM g.project_name
WHERE g.item_kind = 'project'
GROUP BY g.unit_code, g.region_code, g.year, g.budget_phase, d.disclosure_level, g.project_name, g.document_id, g.table_no
