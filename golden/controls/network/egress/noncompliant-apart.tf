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

  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/8"]
  }
}

resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = aws_security_group.nodes.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}
