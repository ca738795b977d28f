data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

resource "aws_iam_role" "steward" {
  name = "lake-steward"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = data.aws_caller_identity.current.account_id } }]
  })
}

locals {
  role = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role"
}

resource "aws_lakeformation_data_lake_settings" "settings" {
  admins           = ["${local.role}/lake-admin", aws_iam_role.steward.arn]
  read_only_admins = ["${local.role}/emr-baseline-audit"]
}
