module "configuration" {
  source = "./configuration"
  tls    = var.tls
}

variable "tls" {
  type = string
}
