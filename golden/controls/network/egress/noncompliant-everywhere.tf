resource "aws_emr_cluster" "etl" {
  name          = "etl"
  release_label = "emr-7.9.0"
  service_role  = "emr-service"

  ec2_attributes {
    instance_profile                  = "emr-nodes"
    emr_managed_master_security_group = aws_security_group.nodes.id
    emr_managed_slave_security_group  = aws_security_group.nodes.id
  }
}

resource "aws_security_group" "nodes" {
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
