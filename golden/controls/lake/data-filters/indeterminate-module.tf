variable "rows" {}

resource "aws_lakeformation_data_cells_filter" "eu" {
  table_data {
    name             = "eu-only"
    database_name    = "sales"
    table_name       = "orders"
    table_catalog_id = "111122223333"

    row_filter {
      filter_expression = var.rows
    }

    column_wildcard {
      excluded_column_names = ["card_number"]
    }
  }
}
