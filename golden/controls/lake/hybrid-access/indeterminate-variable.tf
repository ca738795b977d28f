variable "hybrid" {
  type = bool
}

resource "aws_lakeformation_resource" "location" {
  arn                   = "arn:aws:s3:::lake/sales"
  role_arn              = "arn:aws:iam::111122223333:role/lake-registration"
  hybrid_access_enabled = var.hybrid
}
