variable "port" {
  type = number
}

resource "aws_emr_block_public_access_configuration" "region" {
  block_public_security_group_rules = true

  permitted_public_security_group_rule_range {
    min_range = var.port
    max_range = var.port
  }
}
