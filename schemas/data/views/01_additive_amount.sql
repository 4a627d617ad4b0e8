SELECT l.unit_code, l.region_code, l.org_unit_code, l.org_unit_name, l.year, l.budget_phase, d.disclosure_level,
       l.additive_set, l.form_code, l.direction, l.measure_code, l.expenditure_type, l.expenditure_category,
       l.fund_type, l.function_code, l.function_name, l.econ_scheme, l.econ_code, l.econ_name, l.project_name,
       l.line_label, l.amount_wan, l.amount_yuan, l.document_id, l.table_no, l.row_no, l.col_no
FROM budget_line l
JOIN document d USING (document_id, unit_code, year)
WHERE l.additive_set IS NOT NULL AND l.amount_yuan IS NOT NULL
