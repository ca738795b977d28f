resource "aws_emr_security_configuration" "main" {
  name = "main"
  configuration = jsonencode({
    EncryptionConfiguration = {
      EnableAtRestEncryption = true
      AtRestEncryptionConfiguration = {
        LocalDiskEncryptionConfiguration = {
          EncryptionKeyProviderType  = "Custom"
          S3Object                   = "s3://security-artifacts-111122223333/emr/certificates.zip"
          EncryptionKeyProviderClass = "com.example.Keys"
        }
      }
    }
  })
}
