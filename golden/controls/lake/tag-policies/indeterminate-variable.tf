variable "level" {
  type = string
}

resource "aws_lakeformation_permissions" "grant" {
  principal   = "arn:aws:iam::111122223333:role/analyst-runtime"
  permissions = ["SELECT"]

  lf_tag_policy {
    resource_type = "TABLE"

    expression {
      key    = "sensitivity"
      values = [var.level]
    }
  }
}
