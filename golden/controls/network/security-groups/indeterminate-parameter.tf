variable "office" {
  type = string
}

resource "aws_emr_cluster" "cluster" {
  name          = "nodes"
  release_label = "emr-7.2.0"
  service_role  = "emr-service"

  ec2_attributes {
    instance_profile                  = "emr-nodes"
    subnet_id                         = "subnet-0123456789abcdef0"
    emr_managed_master_security_group = aws_security_group.nodes.id
    emr_managed_slave_security_group  = aws_security_group.nodes.id
  }
}

resource "aws_security_group" "nodes" {
  description = "nodes"
  vpc_id      = "vpc-0123456789abcdef0"

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [var.office]
  }
}
