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
    AuthorizationConfiguration = {
      EmrFsConfiguration = {
        RoleMappings = [
          {
            Role           = "arn:aws:iam::111122223333:role/emrfs-analysts"
            IdentifierType = "Group"
            Identifiers    = ["interns", "analysts"]
          },
          {
            Role           = "arn:aws:iam::111122223333:role/emrfs-sales"
            IdentifierType = "Prefix"
            Identifiers    = ["s3a://sales/"]
          },
        ]
      }
    }
  })
}
