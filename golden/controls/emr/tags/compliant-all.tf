resource "aws_emr_cluster" "etl" {
  name                              = "etl"
  release_label                     = "emr-7.10.0"
  service_role                      = "EMR_DefaultRole"
  keep_job_flow_alive_when_no_steps = true
  tags = {
    Owner                                    = "data-eng"
    DataClass                                = "internal"
    for-use-with-amazon-emr-managed-policies = "true"
  }

  ec2_attributes {
    instance_profile = "EMR_EC2_DefaultRole"
    subnet_id        = "subnet-0123456789abcdef0"
  }

  master_instance_group {
    instance_type  = "m6g.xlarge"
    instance_count = 1
  }
}
