variable "value" {}

resource "aws_emr_cluster" "etl" {
  name                              = "etl"
  release_label                     = "emr-7.9.0"
  service_role                      = "emr-service"
  keep_job_flow_alive_when_no_steps = false

  ec2_attributes {
    instance_profile = var.value
  }
}
