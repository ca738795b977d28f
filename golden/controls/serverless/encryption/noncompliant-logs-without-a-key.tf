resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  monitoring_configuration {
    s3_monitoring_configuration {
      log_uri = "s3://logs-111122223333/serverless/"
    }

    managed_persistence_monitoring_configuration {
      enabled = false
    }
  }
}
