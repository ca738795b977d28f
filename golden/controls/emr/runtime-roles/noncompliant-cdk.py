from aws_cdk import Stack
from aws_cdk import aws_emr as emr


class Etl(Stack):
    def __init__(self, scope, id, *, subnet_id=None, **kwargs):
        super().__init__(scope, id, **kwargs)
        security = emr.CfnSecurityConfiguration(
            self, "Security", name="analytics",
            security_configuration={"AuthorizationConfiguration": {"IAMConfiguration": {
                "EnableApplicationScopedIAMRole": False,
                "ApplicationScopedIAMRoleConfiguration": {"PropagateSourceIdentity": True},
            }}},
        )
        emr.CfnCluster(
            self, "Cluster", name="etl", release_label="emr-7.12.0",
            service_role="emr", job_flow_role="emr-nodes",
            security_configuration=security.ref,
            instances=emr.CfnCluster.JobFlowInstancesConfigProperty(
                ec2_subnet_id=subnet_id,
                master_instance_group=emr.CfnCluster.InstanceGroupConfigProperty(
                    instance_count=1, instance_type="m7g.xlarge",
                ),
            ),
        )
