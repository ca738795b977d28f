resource "aws_glue_catalog_table" "table" {
  catalog_id    = "111122223333"
  database_name = "hr"
  name          = "staff"
  parameters = {
    jdbc_password = "x"
  }

  storage_descriptor {
    location = "s3://lake/hr/staff"
  }
}
