resource "aws_emr_security_configuration" "main" {
  name = "main"
  configuration = jsonencode({
    AuthenticationConfiguration = {
      IdentityCenterConfiguration = {
        EnableIdentityCenter      = true
        IdentityCenterInstanceARN = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
      }
    }
    AuthorizationConfiguration = {
      LakeFormationConfiguration = {
        EnableLakeFormation = true
      }
    }
    EncryptionConfiguration = {
      EnableInTransitEncryption = true
      InTransitEncryptionConfiguration = {
        TLSCertificateConfiguration = {
          CertificateProviderType = "PEM"
          S3Object                = "s3://security-artifacts-111122223333/emr/certificates.zip"
        }
      }
    }
  })
}
