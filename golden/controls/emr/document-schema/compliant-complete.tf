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
            Identifiers    = ["analysts", "interns"]
          },
          {
            Role           = "arn:aws:iam::111122223333:role/emrfs-sales"
            IdentifierType = "Prefix"
            Identifiers    = ["s3://sales/"]
          },
        ]
      }
    }
    InstanceMetadataServiceConfiguration = {
      MinimumInstanceMetadataServiceVersion = 2
      HttpPutResponseHopLimit               = 1
    }
    EncryptionConfiguration = {
      EnableInTransitEncryption = true
      EnableAtRestEncryption    = true
      InTransitEncryptionConfiguration = {
        TLSCertificateConfiguration = {
          CertificateProviderType = "PEM"
          S3Object                = "s3://security-artifacts-111122223333/emr/certificates.zip"
        }
      }
      AtRestEncryptionConfiguration = {
        S3EncryptionConfiguration = {
          EncryptionMode = "SSE-KMS"
          AwsKmsKey      = "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-4111-8111-111111111111"
        }
        LocalDiskEncryptionConfiguration = {
          EncryptionKeyProviderType = "AwsKms"
          AwsKmsKey                 = "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-4111-8111-111111111111"
          EnableEbsEncryption       = true
        }
      }
    }
  })
}
