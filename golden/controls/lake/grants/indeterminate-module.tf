variable "principal" {}

resource "aws_lakeformation_permissions" "read" {
  principal   = var.principal
  permissions = ["SELECT"]

  table_with_columns {
    database_name = "sales"
    name          = "orders"
    column_names  = ["amount", "country"]
  }
}
