variable "principal" {
  type = string
}

resource "aws_glue_resource_policy" "catalog" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["glue:GetTable"]
      Principal = { AWS = var.principal }
      Resource  = "arn:aws:glue:us-west-2:111122223333:*"
    }]
  })
}
