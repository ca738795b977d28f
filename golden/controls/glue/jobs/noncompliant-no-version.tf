resource "aws_glue_job" "etl" {
  name     = "etl"
  role_arn = "etl"
  default_arguments = {
    "--enable-continuous-cloudwatch-log" = "true"
  }
  tags = {
    owner = "data"
  }

  command {
    name            = "glueetl"
    script_location = "s3://code-111122223333/etl.py"
  }
}
