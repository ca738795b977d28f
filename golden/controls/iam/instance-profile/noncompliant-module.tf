resource "aws_iam_role" "nodes" {
  name = "nodes"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "data" {
  role = aws_iam_role.nodes.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = "*" }]
  })
}

resource "aws_iam_instance_profile" "nodes" {
  name = "nodes"
  role = aws_iam_role.nodes.name
}

resource "aws_emr_cluster" "etl" {
  name                              = "etl"
  release_label                     = "emr-7.9.0"
  service_role                      = "emr-service"
  keep_job_flow_alive_when_no_steps = true

  ec2_attributes {
    instance_profile = aws_iam_instance_profile.nodes.arn
  }
}
