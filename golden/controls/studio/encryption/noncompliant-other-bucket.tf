resource "aws_emr_studio" "studio" {
  name                        = "science"
  auth_mode                   = "SSO"
  default_s3_location         = "s3://elsewhere/work"
  encryption_key_arn          = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  engine_security_group_id    = "sg-0a1b2c3d"
  workspace_security_group_id = "sg-4e5f6071"
  service_role                = "arn:aws:iam::111122223333:role/studio"
  user_role                   = "arn:aws:iam::111122223333:role/studio-user"
  subnet_ids                  = ["subnet-0a1b2c3d"]
  vpc_id                      = "vpc-0a1b2c3d"
}
