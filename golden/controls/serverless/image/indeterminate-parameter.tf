variable "image" {
  type = string
}

resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  image_configuration {
    image_uri = var.image
  }
}
