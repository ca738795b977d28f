resource "aws_lakeformation_permissions" "grant" {
  principal   = "arn:aws:iam::111122223333:role/lake-steward"
  permissions = ["ALTER", "ASSOCIATE"]

  lf_tag {
    key    = "sensitivity"
    values = ["public"]
  }
}
