resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  monitoring_configuration {
    managed_persistence_monitoring_configuration {
      enabled = false
    }

    cloudwatch_logging_configuration {
      enabled        = true
      log_group_name = "/etl"
    }
  }
}
