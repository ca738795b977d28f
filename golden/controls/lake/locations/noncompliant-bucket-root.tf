resource "aws_lakeformation_resource" "location" {
  arn                     = aws_s3_bucket.bucket.arn
  role_arn                = "arn:aws:iam::111122223333:role/lake-registration"
  use_service_linked_role = false
}

resource "aws_s3_bucket" "bucket" {
}
