resource "aws_lakeformation_data_lake_settings" "settings" {
}

resource "aws_iam_role" "analyst" {
  name = "analyst-runtime"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "elasticmapreduce.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })

  inline_policy {
    name = "own"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "*"
          Condition = {
            StringEquals = {
              "aws:CalledViaLast" = "athena.amazonaws.com"
            }
          }
        },
      ]
    })
  }
}
