variable "key" {
  type = string
}

resource "aws_cloudtrail" "all" {
  name                       = "all"
  s3_bucket_name             = "trails"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = var.key
}

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
