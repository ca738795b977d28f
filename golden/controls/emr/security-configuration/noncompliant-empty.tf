resource "aws_emr_cluster" "etl" {
  name                   = "etl"
  release_label          = "emr-7.12.0"
  security_configuration = ""
}
