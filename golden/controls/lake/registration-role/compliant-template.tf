resource "aws_lakeformation_resource" "location" {
  arn                     = "arn:aws:s3:::lake/sales"
  role_arn                = aws_iam_role.registration.arn
  use_service_linked_role = false
}

resource "aws_iam_role" "registration" {
  name = "lake-registration"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "lakeformation.amazonaws.com"
        }
        Action = ["sts:AssumeRole", "sts:SetSourceIdentity"]
      },
    ]
  })

  inline_policy {
    name = "objects"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = "arn:aws:s3:::lake/sales/*"
        },
        {
          Effect   = "Allow"
          Action   = "s3:ListBucket"
          Resource = "arn:aws:s3:::lake"
        },
      ]
    })
  }
}
