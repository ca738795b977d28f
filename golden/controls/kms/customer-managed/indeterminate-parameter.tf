variable "key" {
  type = string
}

resource "aws_emr_security_configuration" "configuration" {
  name = "unknown-key"
  configuration = jsonencode({
    EncryptionConfiguration = {
      EnableInTransitEncryption = false
      EnableAtRestEncryption    = true
      AtRestEncryptionConfiguration = {
        S3EncryptionConfiguration = {
          EncryptionMode = "SSE-KMS"
          AwsKmsKey      = var.key
        }
      }
    }
  })
}
