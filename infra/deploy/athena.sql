-- Made by `make docs` from the contracts of schemas/tables; a test fails when it is not up to date.
-- ${copy}: the folder that latest.json of the copy names, such as s3://my-budget-open/hunan/v42.
-- Athena takes one statement at a time. After the next `budgetlake compact` drop each table (files stay)
-- and run this again with the new folder: partitions keep the place that they were found at.

CREATE DATABASE IF NOT EXISTS budgetlake;

CREATE EXTERNAL TABLE IF NOT EXISTS budgetlake.budget_line (
  `document_id` string COMMENT '文件标识',
  `region_code` string COMMENT '行政区划代码',
  `org_unit_code` string COMMENT '单位编码',
  `unit_code` string COMMENT '全国单位键',
  `org_unit_name` string COMMENT '单位名称',
  `budget_phase` string COMMENT '预算/决算',
  `table_no` smallint COMMENT '表序',
  `row_no` smallint COMMENT '行序',
  `col_no` smallint COMMENT '列序',
  `form_code` string COMMENT '报表代码',
  `row_kind` string COMMENT '行类型',
  `column_path` string COMMENT '列路径',
  `direction` string COMMENT '收支方向',
  `measure_code` string COMMENT '指标',
  `expenditure_type` string COMMENT '支出类型',
  `expenditure_category` string COMMENT '经费类别',
  `fund_type` string COMMENT '资金性质',
  `function_code` string COMMENT '功能分类科目编码',
  `function_name` string COMMENT '功能分类科目名称',
  `function_level` smallint COMMENT '功能分类级次',
  `econ_scheme` string COMMENT '经济分类体系',
  `econ_code` string COMMENT '经济分类科目编码',
  `econ_name` string COMMENT '经济分类科目名称',
  `project_name` string COMMENT '项目名称',
  `line_label` string COMMENT '行标签',
  `additive_set` string COMMENT '可加集',
  `cell_state` string COMMENT '单元格状态',
  `text_raw` string COMMENT '原文',
  `amount_unit` string COMMENT '金额单位',
  `amount_scale` smallint COMMENT '小数位数',
  `amount_wan` decimal(18,2) COMMENT '金额（万元）',
  `amount_yuan` decimal(18,2) COMMENT '金额（元）',
  `revenue_code` string COMMENT '收入科目',
  `department_code` string COMMENT '部门编码',
  `page_no` smallint COMMENT '页码',
  `bbox_x0` float COMMENT '左',
  `bbox_y0` float COMMENT '上',
  `bbox_x1` float COMMENT '右',
  `bbox_y1` float COMMENT '下',
  `source_locator` string COMMENT '源位置',
  `extraction_confidence` float COMMENT '提取置信度'
)
COMMENT '预算金额'
PARTITIONED BY (`year` int, `region` string)
STORED AS PARQUET
LOCATION '${copy}/budget_line/';

MSCK REPAIR TABLE budgetlake.budget_line;

CREATE EXTERNAL TABLE IF NOT EXISTS budgetlake.performance_indicator (
  `document_id` string COMMENT '文件标识',
  `region_code` string COMMENT '行政区划代码',
  `org_unit_code` string COMMENT '单位编码',
  `unit_code` string COMMENT '全国单位键',
  `org_unit_name` string COMMENT '单位名称',
  `budget_phase` string COMMENT '预算/决算',
  `table_no` smallint COMMENT '表序',
  `row_no` smallint COMMENT '行序',
  `kpi_no` smallint COMMENT '指标序号',
  `scope` string COMMENT '范围',
  `project_name` string COMMENT '项目名称',
  `level1_name` string COMMENT '一级指标',
  `level1_printed` string COMMENT '一级指标（原文）',
  `level1_inferred` boolean COMMENT '一级指标为推断',
  `level2_name` string COMMENT '二级指标',
  `level3_name` string COMMENT '三级指标',
  `target_raw` string COMMENT '指标值',
  `target_kind` string COMMENT '指标值类别',
  `target_number` decimal(18,4) COMMENT '指标数值',
  `target_unit` string COMMENT '度量单位',
  `target_operator` string COMMENT '指标值类型',
  `value_content` string COMMENT '指标值内容',
  `remark` string COMMENT '备注',
  `target_date` date COMMENT '指标日期',
  `page_no` smallint COMMENT '页码',
  `bbox_x0` float COMMENT '左',
  `bbox_y0` float COMMENT '上',
  `bbox_x1` float COMMENT '右',
  `bbox_y1` float COMMENT '下',
  `source_locator` string COMMENT '源位置'
)
COMMENT '绩效指标'
PARTITIONED BY (`year` int, `region` string)
STORED AS PARQUET
LOCATION '${copy}/performance_indicator/';

MSCK REPAIR TABLE budgetlake.performance_indicator;

CREATE EXTERNAL TABLE IF NOT EXISTS budgetlake.performance_goal (
  `document_id` string COMMENT '文件标识',
  `region_code` string COMMENT '行政区划代码',
  `org_unit_code` string COMMENT '单位编码',
  `unit_code` string COMMENT '全国单位键',
  `org_unit_name` string COMMENT '单位名称',
  `budget_phase` string COMMENT '预算/决算',
  `table_no` smallint COMMENT '表序',
  `item_no` smallint COMMENT '序号',
  `scope` string COMMENT '范围',
  `item_kind` string COMMENT '条目类别',
  `project_name` string COMMENT '项目名称',
  `project_category` string COMMENT '项目类别',
  `project_match_name` string COMMENT '对应专项名称',
  `period_raw` string COMMENT '项目支出实施期',
  `period_start` date COMMENT '实施期起',
  `period_end` date COMMENT '实施期止',
  `annual_budget_wan` decimal(18,2) COMMENT '年度本级预算金额（万元）',
  `annual_budget_yuan` decimal(18,2) COMMENT '年度本级预算金额（元）',
  `goal_text` string COMMENT '绩效目标',
  `task_name` string COMMENT '任务名称',
  `task_content` string COMMENT '主要内容',
  `page_no` smallint COMMENT '页码',
  `bbox_x0` float COMMENT '左',
  `bbox_y0` float COMMENT '上',
  `bbox_x1` float COMMENT '右',
  `bbox_y1` float COMMENT '下',
  `source_locator` string COMMENT '源位置'
)
COMMENT '绩效目标'
PARTITIONED BY (`year` int, `region` string)
STORED AS PARQUET
LOCATION '${copy}/performance_goal/';

MSCK REPAIR TABLE budgetlake.performance_goal;

CREATE EXTERNAL TABLE IF NOT EXISTS budgetlake.statement (
  `document_id` string COMMENT '文件标识',
  `region_code` string COMMENT '行政区划代码',
  `org_unit_code` string COMMENT '单位编码',
  `unit_code` string COMMENT '全国单位键',
  `org_unit_name` string COMMENT '单位名称',
  `budget_phase` string COMMENT '预算/决算',
  `form_code` string COMMENT '报表代码',
  `instance_no` smallint COMMENT '同名表序',
  `table_no` smallint COMMENT '表序',
  `toc_no` smallint COMMENT '目录序号',
  `title_toc` string COMMENT '目录标题',
  `title_printed` string COMMENT '印刷标题',
  `status` string COMMENT '状态',
  `recognition_score` float COMMENT '识别得分',
  `page_from` smallint COMMENT '起始页',
  `page_to` smallint COMMENT '结束页',
  `page_no` smallint COMMENT '框所在页',
  `bbox_x0` float COMMENT '左',
  `bbox_y0` float COMMENT '上',
  `bbox_x1` float COMMENT '右',
  `bbox_y1` float COMMENT '下',
  `source_locator` string COMMENT '源位置',
  `row_count` smallint COMMENT '行数',
  `column_count` smallint COMMENT '列数',
  `header_row_count` smallint COMMENT '表头行数',
  `amount_unit` string COMMENT '金额单位',
  `unit_caption` string COMMENT '单位说明',
  `note` string COMMENT '注',
  `column_paths` array<string> COMMENT '列路径',
  `grid_json` string COMMENT '原始网格'
)
COMMENT '报表'
PARTITIONED BY (`year` int, `region` string)
STORED AS PARQUET
LOCATION '${copy}/statement/';

MSCK REPAIR TABLE budgetlake.statement;

CREATE EXTERNAL TABLE IF NOT EXISTS budgetlake.finding (
  `document_id` string COMMENT '文件标识',
  `region_code` string COMMENT '行政区划代码',
  `org_unit_code` string COMMENT '单位编码',
  `unit_code` string COMMENT '全国单位键',
  `org_unit_name` string COMMENT '单位名称',
  `budget_phase` string COMMENT '预算/决算',
  `check_code` string COMMENT '规则',
  `check_seq` int COMMENT '序号',
  `rule_version` string COMMENT '规则版本',
  `check_scope` string COMMENT '位置',
  `status` string COMMENT '结果',
  `severity` string COMMENT '严重程度',
  `left_value` decimal(18,4) COMMENT '左值',
  `right_value` decimal(18,4) COMMENT '右值',
  `difference` decimal(18,4) COMMENT '差额',
  `tolerance` decimal(18,4) COMMENT '容差',
  `addend_count` smallint COMMENT '加数个数',
  `left_ref` string COMMENT '左侧单元格',
  `right_ref` string COMMENT '右侧单元格',
  `message_zh` string COMMENT '说明（中文）',
  `message_en` string COMMENT '说明（英文）',
  `cells` array<struct<table_no:smallint,row_no:smallint,col_no:smallint,page_no:smallint,bbox_x0:float,bbox_y0:float,bbox_x1:float,bbox_y1:float,source_locator:string,text:string>> COMMENT '涉及单元格',
  `waived` boolean COMMENT '已豁免',
  `waiver_reason` string COMMENT '豁免理由'
)
COMMENT '核对结果'
PARTITIONED BY (`year` int, `region` string)
STORED AS PARQUET
LOCATION '${copy}/finding/';

MSCK REPAIR TABLE budgetlake.finding;

CREATE EXTERNAL TABLE IF NOT EXISTS budgetlake.document (
  `document_id` string COMMENT '文件标识',
  `region_code` string COMMENT '行政区划代码',
  `org_unit_code` string COMMENT '单位编码',
  `unit_code` string COMMENT '全国单位键',
  `org_unit_name` string COMMENT '单位名称',
  `budget_phase` string COMMENT '预算/决算',
  `disclosure_level` string COMMENT '公开层级',
  `document_kind` string COMMENT '文件类别',
  `document_title` string COMMENT '标题',
  `source_uri` string COMMENT '来源',
  `source_url` string COMMENT '来源网址',
  `page_url` string COMMENT '来源页面',
  `file_name` string COMMENT '文件名',
  `media_type` string COMMENT '媒体类型',
  `byte_size` bigint COMMENT '字节数',
  `page_count` int COMMENT '页数',
  `statement_count` int COMMENT '报表数',
  `line_count` int COMMENT '金额行数',
  `grade` string COMMENT '可信等级',
  `evidence` array<struct<field:string,value:string,source:string,place:string>> COMMENT '依据',
  `published_date` date COMMENT '公开日期',
  `retrieved_at` timestamp COMMENT '获取时间',
  `ingested_at` timestamp COMMENT '入湖时间',
  `withdrawn_at` timestamp COMMENT '撤下时间',
  `text_layer` string COMMENT '文本层',
  `engine` string COMMENT '读取程序',
  `engine_version` string COMMENT '读取程序版本',
  `pipeline_version` string COMMENT '程序版本',
  `is_current` boolean COMMENT '当前有效',
  `supersedes_document_id` string COMMENT '取代文件'
)
COMMENT '文件'
PARTITIONED BY (`year` int, `region` string)
STORED AS PARQUET
LOCATION '${copy}/document/';

MSCK REPAIR TABLE budgetlake.document;
