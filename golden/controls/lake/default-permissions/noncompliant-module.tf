resource "aws_lakeformation_data_lake_settings" "settings" {
  dynamic "create_table_default_permissions" {
    for_each = ["IAM_ALLOWED_PRINCIPALS"]
    content {
      principal   = create_table_default_permissions.value
      permissions = ["ALL"]
    }
  }
}
