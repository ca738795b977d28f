resource "aws_lakeformation_permissions" "grant" {
  principal   = "arn:aws:iam::111122223333:role/owner"
  permissions = ["SELECT"]

  table {
    database_name = "sales"
    name          = "orders"
  }
}
