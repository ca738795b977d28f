variable "principal" {}

resource "aws_lakeformation_permissions" "read" {
  for_each    = toset(["orders"])
  principal   = var.principal
  permissions = ["SELECT"]

  table {
    database_name = "sales"
    name          = each.key
  }
}
