variable "subnet" {
  type = string
}

resource "aws_emrserverless_application" "app" {
  name          = "etl"
  release_label = "emr-7.12.0"
  type          = "SPARK"

  network_configuration {
    subnet_ids         = [var.subnet]
    security_group_ids = ["sg-0a1b2c3d"]
  }
}
