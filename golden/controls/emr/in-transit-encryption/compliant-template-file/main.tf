module "configuration" {
  source = "./configuration"
  tls    = true
}
