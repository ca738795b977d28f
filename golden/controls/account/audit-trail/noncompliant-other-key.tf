resource "aws_emr_security_configuration" "configuration" {
  name = "trail"
  configuration = jsonencode({
    EncryptionConfiguration = {
      EnableInTransitEncryption = false
      EnableAtRestEncryption    = false
    }
  })
}

resource "aws_cloudtrail" "trail" {
  enable_logging             = true
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/other"
  s3_bucket_name             = "audit-111122223333"
}
