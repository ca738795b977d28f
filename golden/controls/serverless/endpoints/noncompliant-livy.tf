resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  interactive_configuration {
    livy_endpoint_enabled = true
  }
}
