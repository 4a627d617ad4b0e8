SELECT k.unit_code, k.region_code, k.org_unit_name, k.year, k.budget_phase, d.disclosure_level, k.scope,
       k.project_name, k.kpi_no, k.level1_name, k.level1_inferred, k.level2_name,
       k.level3_name, k.target_operator, k.target_raw, k.target_kind, k.target_number, k.target_unit,
       k.target_kind IN ('number', 'date') AS measurable, k.document_id, k.table_no, k.page_no
FROM performance_indicator k
JOIN document d USING (document_id, unit_code, year)
WHERE k.target_kind <> 'not_applicable'
