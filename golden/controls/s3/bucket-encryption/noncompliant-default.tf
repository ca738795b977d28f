resource "aws_s3_bucket" "logs" {
}

resource "aws_emr_cluster" "cluster" {
  name    = "etl"
  log_uri = "s3://${aws_s3_bucket.logs.id}/emr/"
}
