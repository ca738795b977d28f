resource "aws_emr_cluster" "etl" {
  name          = "etl"
  release_label = "emr-7.9.0"
  service_role  = "emr-service"

  ec2_attributes {
    instance_profile                  = "emr-nodes"
    emr_managed_master_security_group = "sg-0a1b2c3d"
    emr_managed_slave_security_group  = "sg-0a1b2c3d"
  }
}
