variable "enabled" {
  type = string
}

resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  runtime_configuration {
    classification = "spark-defaults"
    properties = {
      "spark.emr-serverless.lakeformation.enabled" = var.enabled
    }
  }
}
