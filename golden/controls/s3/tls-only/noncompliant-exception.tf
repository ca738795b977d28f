resource "aws_s3_bucket" "logs" {
}

resource "aws_s3_bucket_policy" "logs_policy" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "RefusePlainHttp"
        Effect   = "Deny"
        Action   = "s3:*"
        Resource = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
        NotPrincipal = {
          AWS = "arn:aws:iam::111122223333:role/admin"
        }
      },
    ]
  })
}

resource "aws_emr_cluster" "cluster" {
  name    = "etl"
  log_uri = "s3://${aws_s3_bucket.logs.id}/emr/"
}
