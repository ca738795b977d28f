resource "aws_emr_security_configuration" "main" {
  name = "main"
  configuration = jsonencode({
    EncryptionConfiguration = {
      EnableAtRestEncryption = true
      AtRestEncryptionConfiguration = {
        S3EncryptionConfiguration = {
          EncryptionMode = "CSE-KMS"
          AwsKmsKey      = "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-4111-8111-111111111111"
          Overrides = [
            {
              BucketName     = "exports"
              EncryptionMode = "CSE-KMS"
              AwsKmsKey      = "arn:aws:kms:us-west-2:111122223333:key/22222222-2222-4222-8222-222222222222"
            },
            {
              BucketName     = "more"
              EncryptionMode = "SSE-KMS"
              AwsKmsKey      = "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-4111-8111-111111111111"
            },
          ]
        }
      }
    }
  })
}
