variable "principal" {
  type = string
}

resource "aws_lakeformation_permissions" "grant" {
  principal   = var.principal
  permissions = ["DATA_LOCATION_ACCESS"]

  data_location {
    arn = "arn:aws:s3:::lake/sales"
  }
}
