resource "aws_emr_security_configuration" "main" {
  name = "main"
  configuration = jsonencode({
    AuthorizationConfiguration = {
      IAMConfiguration = {
        EnableApplicationScopedIAMRole = true
        ApplicationScopedIAMRoleConfiguration = {
          PropagateSourceIdentity = true
        }
      }
    }
  })
}
