resource "aws_glue_connection" "orders" {
  catalog_id      = "111122223333"
  name            = "orders"
  connection_type = "NETWORK"
  connection_properties = {
  }
}
