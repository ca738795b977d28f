variable "tls" {}

variable "name" {
  default = "main"
}
