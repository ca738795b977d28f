variable "name" {}

resource "aws_emr_security_configuration" "main" {
  name          = "analytics-main"
  configuration = jsonencode({ EncryptionConfiguration = { EnableInTransitEncryption = false, EnableAtRestEncryption = false } })
}

resource "aws_emr_cluster" "etl" {
  for_each               = toset(["etl", "reports"])
  name                   = each.key
  release_label          = "emr-7.10.0"
  service_role           = "EMR_DefaultRole"
  security_configuration = var.name

  ec2_attributes {
    instance_profile = "EMR_EC2_DefaultRole"
  }
}
