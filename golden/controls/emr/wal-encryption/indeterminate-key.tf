variable "key" {
  type = string
}

resource "aws_emr_security_configuration" "prod" {
  name = "prod"
  configuration = jsonencode({
    EncryptionConfiguration = {
      EnableInTransitEncryption     = false
      EnableAtRestEncryption        = false
      EMRWALEncryptionConfiguration = { AwsKmsKey = var.key }
    }
  })
}

resource "aws_emr_cluster" "hbase" {
  name                   = "hbase"
  release_label          = "emr-7.9.0"
  applications           = ["HBase"]
  service_role           = "emr-service"
  security_configuration = aws_emr_security_configuration.prod.name
}
