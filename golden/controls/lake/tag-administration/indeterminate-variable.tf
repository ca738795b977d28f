variable "principal" {
  type = string
}

resource "aws_lakeformation_permissions" "grant" {
  principal   = var.principal
  permissions = ["ASSOCIATE"]

  lf_tag {
    key    = "sensitivity"
    values = ["public"]
  }
}
