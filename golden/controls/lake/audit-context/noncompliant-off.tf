resource "aws_lakeformation_data_lake_settings" "settings" {
  admins = ["arn:aws:iam::111122223333:role/lake-admin"]
  parameters = {
    SET_CONTEXT         = "FALSE"
    SET_SOURCE_IDENTITY = "TRUE"
  }
}
