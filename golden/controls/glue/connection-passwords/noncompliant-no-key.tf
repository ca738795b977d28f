resource "aws_glue_data_catalog_encryption_settings" "settings" {
  catalog_id = "111122223333"

  data_catalog_encryption_settings {
    connection_password_encryption {
      return_connection_password_encrypted = true
    }
  }
}
