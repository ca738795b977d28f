resource "aws_emr_security_configuration" "main" {
  name = "main"
  configuration = jsonencode({
    AuthenticationConfiguration = {
      KerberosConfiguration = {
        Provider = "ClusterDedicatedKdc"
        ClusterDedicatedKdcConfiguration = {
          TicketLifetimeInHours = 24
        }
      }
    }
    AuthorizationConfiguration = {
      EmrFsConfiguration = {
        RoleMappings = [
          {
            Role           = "arn:aws:iam::111122223333:role/emrfs-analysts"
            IdentifierType = "Group"
            Identifiers    = ["analysts"]
          },
        ]
      }
    }
  })
}
