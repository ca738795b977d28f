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
  kms_key_id                 = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  s3_bucket_name             = "audit-111122223333"

  event_selector {
    read_write_type = "WriteOnly"
  }
}
