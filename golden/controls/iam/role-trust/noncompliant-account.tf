resource "aws_iam_role" "data_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:root"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role" "node_role" {
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
}

resource "aws_iam_instance_profile" "nodes" {
  role = aws_iam_role.node_role.name
}

resource "aws_emr_cluster" "cluster" {
  name                   = "etl"
  security_configuration = aws_emr_security_configuration.configuration.name

  ec2_attributes {
    instance_profile = aws_iam_instance_profile.nodes.name
  }
}

resource "aws_emr_security_configuration" "configuration" {
  configuration = jsonencode({
    AuthorizationConfiguration = {
      EmrFsConfiguration = {
        RoleMappings = [
          {
            Role           = aws_iam_role.data_role.arn
            IdentifierType = "User"
            Identifiers    = ["analyst"]
          },
        ]
      }
    }
  })
}
