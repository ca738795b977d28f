resource "aws_s3_bucket" "logs" {
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "logs_policy" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action   = "s3:GetObject"
        Resource = "${aws_s3_bucket.logs.arn}/*"
      },
    ]
  })
}

resource "aws_emr_cluster" "cluster" {
  name    = "etl"
  log_uri = "s3://${aws_s3_bucket.logs.id}/emr/"
}
