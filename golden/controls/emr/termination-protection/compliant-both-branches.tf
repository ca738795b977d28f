variable "environment" {}

resource "aws_emr_cluster" "etl" {
  name                              = "etl"
  release_label                     = "emr-7.10.0"
  service_role                      = "EMR_DefaultRole"
  keep_job_flow_alive_when_no_steps = true
  termination_protection            = var.environment == "prod" ? true : "true"

  ec2_attributes {
    instance_profile = "EMR_EC2_DefaultRole"
  }
}
