resource "aws_glue_catalog_table" "table" {
  catalog_id    = "111122223333"
  database_name = "sales"
  name          = "orders"
  parameters = {
    classification        = "avro"
    "Avro.Schema.Literal" = "{}"
  }

  storage_descriptor {
    location = "s3://lake/sales/orders"
  }
}
