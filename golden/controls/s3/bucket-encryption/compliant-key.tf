resource "aws_s3_bucket" "logs" {
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }
  }
}

resource "aws_emr_cluster" "cluster" {
  name    = "etl"
  log_uri = "s3://${aws_s3_bucket.logs.id}/emr/"
}
