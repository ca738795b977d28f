resource "aws_glue_job" "etl" {
  role_arn = "etl"
  tags = {
    owner = "data"
  }

  command {
    name            = "pythonshell"
    script_location = "s3://code-111122223333/etl.py"
  }
}
