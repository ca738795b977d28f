resource "aws_iam_role" "role" {
  name = "analyst"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "ec2.amazonaws.com"
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
          Action   = "iam:PassRole"
          Resource = "arn:aws:iam::111122223333:role/emr-service"
          Condition = {
            StringLike = {
              "iam:PassedToService" = "glue*"
            }
          }
        },
        {
          Effect   = "Allow"
          Action   = "glue:CreateJob"
          Resource = "*"
        },
      ]
    })
  }
}

resource "aws_emr_security_configuration" "configuration" {
  configuration = jsonencode({
    EncryptionConfiguration = {
      EnableInTransitEncryption = false
      EnableAtRestEncryption    = false
    }
  })
}
