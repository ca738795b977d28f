resource "aws_s3_bucket" "logs" {
}

resource "aws_s3_bucket_policy" "logs_policy" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
        Condition = {
          Bool = {
            "aws:SecureTransport" = false
          }
        }
      },
    ]
  })
}

resource "aws_emr_cluster" "cluster" {
  name         = "etl"
  service_role = "emr-service"
  log_uri      = "s3://${aws_s3_bucket.logs.id}/emr/"

  ec2_attributes {
    instance_profile = "emr-nodes"
  }

  master_instance_group {
  }

  core_instance_group {
    instance_type  = "m6g.xlarge"
    instance_count = 1
  }
}
