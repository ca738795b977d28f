resource "aws_emr_cluster" "etl" {
  name                              = "etl"
  release_label                     = "emr-7.10.0"
  service_role                      = "EMR_DefaultRole"
  log_uri                           = "s3://emr-logs-111122223333/"
  log_encryption_kms_key_id         = "arn:aws:kms:us-west-2:111122223333:key/5678dcba-12ab-34cd-56ef-ba0987654321"
  keep_job_flow_alive_when_no_steps = true

  ec2_attributes {
    instance_profile = "EMR_EC2_DefaultRole"
    subnet_id        = "subnet-0123456789abcdef0"
  }

  master_instance_group {
    instance_type  = "m6g.xlarge"
    instance_count = 1
  }
}
