resource "aws_emrcontainers_virtual_cluster" "cluster" {
  name = "analytics"

  container_provider {
    id   = "data"
    type = "EKS"

    info {
      eks_info {
        namespace = "analytics"
      }
    }
  }
}
