resource "aws_emr_security_configuration" "main" {
  name = "main"
  configuration = jsonencode({
    AuthenticationConfiguration = {
      KerberosConfiguration = {
        Provider = "ClusterDedicatedKdc"
        ClusterDedicatedKdcConfiguration = {
          TicketLifetimeInHours = 24
          CrossRealmTrustConfiguration = {
            Realm       = "AD.EXAMPLE.COM"
            Domain      = "ad.example.com"
            AdminServer = "ad.example.com:749"
            KdcServer   = "ad.example.com:88"
          }
        }
      }
    }
  })
}
