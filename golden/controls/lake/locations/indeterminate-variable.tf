variable "role" {
  type = string
}

resource "aws_lakeformation_resource" "location" {
  arn                   = "arn:aws:s3:::lake-111122223333/sales/"
  role_arn              = var.role
  hybrid_access_enabled = false
}
