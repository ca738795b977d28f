resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  network_configuration {
    subnet_ids         = []
    security_group_ids = []
  }
}
