resource "aws_lakeformation_permissions" "read" {
  principal   = "arn:aws:iam::111122223333:role/analyst-runtime"
  permissions = ["SELECT"]

  table_with_columns {
    database_name = "sales"
    name          = "orders"
    column_names  = ["amount", "card_number"]
  }
}
