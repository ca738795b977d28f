variable "hops" {
  type = number
}

resource "aws_emr_security_configuration" "prod" {
  name = "prod"
  configuration = jsonencode({
    InstanceMetadataServiceConfiguration = {
      MinimumInstanceMetadataServiceVersion = 2
      HttpPutResponseHopLimit               = var.hops
    }
  })
}
