resource "aws_emrcontainers_virtual_cluster" "spark" {
  name = "spark"

  container_provider {
    id   = "data"
    type = "EKS"

    info {
      eks_info {
        namespace = "spark"
      }
    }
  }
}
