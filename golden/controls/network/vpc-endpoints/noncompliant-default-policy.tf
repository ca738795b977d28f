resource "aws_emr_cluster" "cluster" {
  name          = "nodes"
  release_label = "emr-7.2.0"
  service_role  = "emr-service"

  ec2_attributes {
    instance_profile = "emr-nodes"
    subnet_id        = aws_subnet.private.id
  }
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.vpc.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_route_table" "table" {
  vpc_id = aws_vpc.vpc.id
}

resource "aws_route_table_association" "association" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.table.id
}

resource "aws_vpc" "vpc" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.vpc.id
  service_name    = "com.amazonaws.us-west-2.s3"
  route_table_ids = [aws_route_table.table.id]
}

resource "aws_vpc_endpoint" "kms" {
  vpc_id              = aws_vpc.vpc.id
  service_name        = "com.amazonaws.us-west-2.kms"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private.id]
}
