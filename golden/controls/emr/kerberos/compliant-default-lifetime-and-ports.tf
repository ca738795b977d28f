resource "aws_emr_security_configuration" "main" {
  name = "main"
  configuration = jsonencode({
    AuthenticationConfiguration = {
      KerberosConfiguration = {
        Provider = "ClusterDedicatedKdc"
        ClusterDedicatedKdcConfiguration = {
          CrossRealmTrustConfiguration = {
            Realm       = "AD.EXAMPLE.COM"
            Domain      = "ad.example.com"
            AdminServer = "ad.example.com"
            KdcServer   = "ad.example.com"
          }
        }
      }
    }
  })
}
