variable "properties" {
  type = string
}

resource "aws_glue_catalog_table" "table" {
  catalog_id    = "111122223333"
  database_name = "sales"
  name          = "orders"
  parameters    = var.properties
}
