SELECT s.unit_code, s.region_code, s.org_unit_name, s.year, s.budget_phase, d.disclosure_level, s.toc_no, s.form_code,
       s.instance_no, s.title_toc, s.title_printed, s.status,
       coalesce(s.title_toc <> s.title_printed, false) AS retitled,
       s.status IN ('present', 'present_empty') AS complete, s.page_from, s.document_id
FROM statement s
JOIN document d USING (document_id, unit_code, year)
WHERE d.is_current OR s.status <> 'missing_in_body'
