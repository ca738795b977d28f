resource "aws_lakeformation_permissions" "read" {
  for_each    = toset(["orders"])
  principal   = "IAM_ALLOWED_PRINCIPALS"
  permissions = ["ALL"]

  table {
    database_name = "sales"
    name          = each.key
  }
}
