resource "aws_lakeformation_resource" "location" {
  arn                   = "arn:aws:s3:::lake-111122223333/sales/"
  role_arn              = "arn:aws:iam::111122223333:role/lake-registration"
  hybrid_access_enabled = false
}
