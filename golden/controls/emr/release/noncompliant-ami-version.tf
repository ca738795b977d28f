resource "aws_emr_cluster" "etl" {
  name         = "old"
  service_role = "EMR_DefaultRole"

  ec2_attributes {
    instance_profile = "EMR_EC2_DefaultRole"
  }
}
