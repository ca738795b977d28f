resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  monitoring_configuration {
    s3_monitoring_configuration {
      encryption_key_arn = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      log_uri            = "s3://logs-111122223333/serverless/"
    }

    managed_persistence_monitoring_configuration {
      enabled = false
    }
  }
}
