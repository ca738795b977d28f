resource "aws_lakeformation_data_lake_settings" "settings" {
  admins = ["arn:aws:iam::111122223333:role/lake-admin"]

  create_database_default_permissions {
    principal   = "IAM_ALLOWED_PRINCIPALS"
    permissions = ["ALL"]
  }

  create_table_default_permissions {
    principal   = "IAM_ALLOWED_PRINCIPALS"
    permissions = ["ALL"]
  }
}
