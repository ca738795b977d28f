resource "aws_glue_connection" "orders" {
  catalog_id      = "111122223333"
  name            = "orders"
  connection_type = "JDBC"
  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:mysql://orders.example.com:3306/orders"
    SECRET_ID           = "prod/orders"
  }
}
