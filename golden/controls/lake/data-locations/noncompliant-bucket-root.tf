resource "aws_lakeformation_permissions" "grant" {
  principal   = "arn:aws:iam::111122223333:role/lake-pipeline"
  permissions = ["DATA_LOCATION_ACCESS"]

  data_location {
    arn = "arn:aws:s3:::lake"
  }
}
