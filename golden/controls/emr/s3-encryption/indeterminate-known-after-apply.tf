variable "value" {}

resource "aws_emr_security_configuration" "main" {
  name          = "main"
  configuration = var.value
}
