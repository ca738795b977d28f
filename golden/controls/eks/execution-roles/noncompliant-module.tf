resource "aws_emrcontainers_virtual_cluster" "spark" {
  name = "spark"

  container_provider {
    id   = "data"
    type = "EKS"

    info {
      eks_info {
        namespace = "spark"
      }
    }
  }
}

resource "aws_iam_role" "etl" {
  name = "emr-eks-etl"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE" }
      Condition = { StringLike = { "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE:sub" = "system:serviceaccount:*:emr-containers-sa-*" } }
    }]
  })
}
