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
      RangerConfiguration = {
        AdminServerURL             = "https://ranger.example.com:6182"
        RoleForRangerPluginsARN    = "arn:aws:iam::111122223333:role/ranger-data"
        RoleForOtherAWSServicesARN = "arn:aws:iam::111122223333:role/ranger-services"
        AdminServerSecretARN       = "arn:aws:secretsmanager:us-west-2:111122223333:secret:ranger-admin-server"
        RangerPluginConfigurations = [
          {
            App                  = "Spark"
            ClientSecretARN      = "arn:aws:secretsmanager:us-west-2:111122223333:secret:ranger-client"
            PolicyRepositoryName = "amazonemrspark"
          },
          {
            App                  = "Hive"
            ClientSecretARN      = "arn:aws:secretsmanager:us-west-2:111122223333:secret:ranger-client"
            PolicyRepositoryName = "amazonemrhive"
          },
          {
            App                  = "EMRFS-S3"
            ClientSecretARN      = "arn:aws:secretsmanager:us-west-2:111122223333:secret:ranger-client"
            PolicyRepositoryName = "amazonemremrfss3"
          },
        ]
      }
    }
  })
}
