variable "application" {
  type = string
}

resource "aws_emr_security_configuration" "prod" {
  name = "prod"
  configuration = jsonencode({
    EncryptionConfiguration = {
      EnableInTransitEncryption     = false
      EnableAtRestEncryption        = false
      EMRWALEncryptionConfiguration = { AwsKmsKey = "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-4111-8111-111111111111" }
    }
  })
}

resource "aws_emr_cluster" "hbase" {
  name                   = "hbase"
  release_label          = "emr-7.9.0"
  applications           = [var.application]
  service_role           = "emr-service"
  security_configuration = aws_emr_security_configuration.prod.name
}
