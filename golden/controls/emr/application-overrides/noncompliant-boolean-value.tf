resource "aws_emr_cluster" "etl" {
  name                              = "etl"
  release_label                     = "emr-7.12.0"
  security_configuration            = "analytics"
  keep_job_flow_alive_when_no_steps = false
  configurations_json = jsonencode([
    {
      Classification = "core-site"
      Properties = {
        "fs.s3a.emrfs.compatibility.enable" = false
      }
    },
  ])
}
