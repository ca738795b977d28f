resource "aws_glue_job" "etl" {
  name                   = "etl"
  role_arn               = "etl"
  security_configuration = "encrypted"

  command {
    name            = "glueetl"
    script_location = "s3://code-111122223333/etl.py"
  }
}
