variable "arguments" {
  type = map(string)
}

resource "aws_glue_job" "etl" {
  name              = "etl"
  role_arn          = "arn:aws:iam::111122223333:role/glue"
  default_arguments = var.arguments

  command {
    script_location = "s3://code/etl.py"
  }
}
