resource "aws_glue_data_catalog_encryption_settings" "settings" {
  catalog_id = "111122223333"

  data_catalog_encryption_settings {
    encryption_at_rest {
      catalog_encryption_mode = "SSE-KMS"
    }
  }
}
