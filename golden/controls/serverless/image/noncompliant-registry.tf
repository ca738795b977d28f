resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  image_configuration {
    image_uri = "999999999999.dkr.ecr.us-west-2.amazonaws.com/spark@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}
