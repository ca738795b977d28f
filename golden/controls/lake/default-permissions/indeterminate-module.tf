variable "principals" {
  type = list(string)
}

resource "aws_lakeformation_data_lake_settings" "settings" {
  dynamic "create_table_default_permissions" {
    for_each = var.principals
    content {
      principal   = create_table_default_permissions.value
      permissions = ["ALL"]
    }
  }
}
