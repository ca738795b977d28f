variable "name" {
  type = string
}

resource "aws_emr_security_configuration" "prod" {
  name = var.name
  configuration = jsonencode({
    InstanceMetadataServiceConfiguration = {
      MinimumInstanceMetadataServiceVersion = 2
      HttpPutResponseHopLimit               = 1
    }
  })
}
