resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  image_configuration {
    image_uri = "111122223333.dkr.ecr.us-west-2.amazonaws.com/spark:1.4"
  }
}
