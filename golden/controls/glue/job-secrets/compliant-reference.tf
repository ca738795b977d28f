resource "aws_glue_job" "etl" {
  name     = "etl"
  role_arn = "etl"
  default_arguments = {
    "--db-password" = "{{resolve:secretsmanager:prod/orders}}"
  }

  command {
    name            = "glueetl"
    script_location = "s3://code-111122223333/etl.py"
  }
}
