resource "aws_s3_bucket" "logs" {
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket             = aws_s3_bucket.logs.id
  block_public_acls  = true
  ignore_public_acls = true
}

resource "aws_emr_cluster" "cluster" {
  name    = "etl"
  log_uri = "s3://${aws_s3_bucket.logs.id}/emr/"
}
