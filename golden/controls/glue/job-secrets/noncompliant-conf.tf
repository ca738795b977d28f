resource "aws_glue_job" "etl" {
  name     = "etl"
  role_arn = "etl"
  default_arguments = {
    "--conf" = "spark.hadoop.fs.s3a.secret.key=hunter2"
  }

  command {
    name            = "glueetl"
    script_location = "s3://code-111122223333/etl.py"
  }
}
