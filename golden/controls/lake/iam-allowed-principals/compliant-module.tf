resource "aws_lakeformation_permissions" "read" {
  for_each    = toset(["orders"])
  principal   = "arn:aws:iam::111122223333:role/analyst-runtime"
  permissions = ["SELECT"]

  table {
    database_name = "sales"
    name          = each.key
  }
}
