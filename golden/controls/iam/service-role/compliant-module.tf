data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["elasticmapreduce.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role" "service" {
  name                = "emr-service"
  assume_role_policy  = data.aws_iam_policy_document.trust.json
  managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"]
}

resource "aws_emr_cluster" "etl" {
  name                              = "etl"
  release_label                     = "emr-7.9.0"
  service_role                      = aws_iam_role.service.arn
  keep_job_flow_alive_when_no_steps = true

  ec2_attributes {
    instance_profile = "emr-nodes"
  }
}
