module "configuration" {
  source = "./configuration"
  tls    = false
}
