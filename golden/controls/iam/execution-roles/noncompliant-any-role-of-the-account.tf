resource "aws_iam_role" "role" {
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
          Action   = "elasticmapreduce:AddJobFlowSteps"
          Resource = "*"
          Condition = {
            ArnLike = {
              "elasticmapreduce:ExecutionRoleArn" = "arn:aws:iam::111122223333:role/*"
            }
          }
        },
      ]
    })
  }
}

resource "aws_emr_security_configuration" "configuration" {
  configuration = jsonencode({
    AuthorizationConfiguration = {
      IAMConfiguration = {
        EnableApplicationScopedIAMRole = true
      }
    }
  })
}
