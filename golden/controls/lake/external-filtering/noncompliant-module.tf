data "aws_caller_identity" "current" {}

resource "aws_lakeformation_data_lake_settings" "settings" {
  allow_external_data_filtering         = false
  allow_full_table_external_data_access = false
  external_data_filtering_allow_list    = [data.aws_caller_identity.current.account_id]
  authorized_session_tag_value_list     = ["Amazon EMR"]
}
