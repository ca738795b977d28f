resource "aws_emr_cluster" "etl" {
  name                              = "etl"
  release_label                     = "emr-7.10.0"
  service_role                      = "EMR_DefaultRole"
  keep_job_flow_alive_when_no_steps = true

  ec2_attributes {
    instance_profile = "EMR_EC2_DefaultRole"
    subnet_id        = "subnet-0123456789abcdef0"
  }

  master_instance_group {
    instance_type  = "m6g.xlarge"
    instance_count = 1
  }

  bootstrap_action {
    name = "a"
    path = "s3://code/x.sh"
    args = ["AKIAIOSFODNN7EXAMPLE"]
  }
}
