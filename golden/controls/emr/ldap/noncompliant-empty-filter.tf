resource "aws_emr_security_configuration" "main" {
  name = "main"
  configuration = jsonencode({
    AuthenticationConfiguration = {
      LDAPConfiguration = {
        EnableLDAPAuthentication = true
        LDAPServerURL            = "ldaps://ldap.example.com:636"
        BindCertificateARN       = "arn:aws:secretsmanager:us-west-2:111122223333:secret:ldap-certificate"
        BindCredentialsARN       = "arn:aws:secretsmanager:us-west-2:111122223333:secret:ldap-bind"
        LDAPAccessFilter         = ""
        LDAPUserSearchBase       = "ou=people,dc=example,dc=com"
        LDAPGroupSearchBase      = "ou=groups,dc=example,dc=com"
        EnableSSHLogin           = false
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
