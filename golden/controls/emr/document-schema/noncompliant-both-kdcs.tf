resource "aws_emr_security_configuration" "main" {
  name = "main"
  configuration = jsonencode({
    AuthenticationConfiguration = {
      KerberosConfiguration = {
        Provider                         = "ClusterDedicatedKdc"
        ClusterDedicatedKdcConfiguration = {}
        ExternalKdcConfiguration = {
          KdcServerType = "Single"
          AdminServer   = "kdc.example.com"
          KdcServer     = "kdc.example.com"
        }
      }
    }
  })
}
