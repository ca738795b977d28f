resource "aws_glue_security_configuration" "empty" {
  name = "empty"

  encryption_configuration {
  }
}
