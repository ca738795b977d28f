variable "vpc" {
  type = string
}

resource "aws_emr_studio" "science" {
  name                        = "science"
  auth_mode                   = "IAM"
  default_s3_location         = "s3://studio-111122223333/work"
  service_role                = "arn:aws:iam::111122223333:role/studio"
  vpc_id                      = var.vpc
  subnet_ids                  = ["subnet-0a1b2c3d"]
  engine_security_group_id    = aws_security_group.engine.id
  workspace_security_group_id = aws_security_group.workspace.id
}

resource "aws_security_group" "engine" {
  vpc_id = var.vpc

  ingress {
    protocol        = "tcp"
    from_port       = 18888
    to_port         = 18888
    security_groups = [aws_security_group.workspace.id]
  }
}

resource "aws_security_group" "workspace" {
  vpc_id = var.vpc

  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/8"]
  }
}
