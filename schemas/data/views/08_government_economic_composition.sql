SELECT unit_code, region_code, max(org_unit_name) AS org_unit_name, year, budget_phase, disclosure_level,
       econ_code AS class_code, max(econ_name) AS class_name,
       CAST(sum(amount_wan) AS DECIMAL(18, 2)) AS amount_wan,
       CAST(sum(amount_yuan) AS DECIMAL(18, 2)) AS amount_yuan
FROM additive_amount
WHERE additive_set = 'EXP_GOV_ECON_CLASS'
GROUP BY unit_code, region_code, year, budget_phase, disclosure_level, econ_code
