resource "aws_emr_security_configuration" "main" {
  name          = var.name
  configuration = templatefile("${path.module}/configuration.json.tftpl", { tls = var.tls })
}
