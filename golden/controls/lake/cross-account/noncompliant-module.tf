resource "aws_lakeformation_data_lake_settings" "settings" {
  parameters = {
    CROSS_ACCOUNT_VERSION = "1"
  }
}
