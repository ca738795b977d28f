use super::{Answer, Call, Place, Request, outcome, request};
use crate::live::operation::{
    DESCRIBE_CLUSTER, DESCRIBE_INSTANCES, GET_ACCOUNT_AUTHORIZATION_DETAILS,
    GET_ACCOUNT_PUBLIC_ACCESS_BLOCK, GET_BUCKET_ENCRYPTION, GET_BUCKET_LOCATION, GET_BUCKET_POLICY,
    GET_BUCKET_VERSIONING, GET_CALLER_IDENTITY, LIST_PERMISSIONS, LIST_SERVICE_QUOTAS, Operation,
};
use serde_json::{Value, json};

fn asked(operation: &'static Operation, input: Value, region: &str) -> Request {
    let place = Place {
        region: region.to_owned(),
        account: "111122223333".to_owned(),
        endpoint: None,
        fips: false,
        dual_stack: false,
    };
    request(&Call::new(operation, "x", input), &place)
}

fn said(operation: &'static Operation, status: u16, body: &str) -> Result<Value, (String, String)> {
    let answer = Answer {
        status,
        body: body.to_owned(),
        ..Answer::default()
    };
    outcome(&Call::new(operation, "x", json!({})), &answer)
        .map(Value::Object)
        .map_err(|failure| (failure.code, failure.message))
}

#[test]
fn services_that_speak_json_are_told_the_operation_in_a_header() {
    let request = asked(&DESCRIBE_CLUSTER, json!({"ClusterId": "j-1"}), "us-west-2");
    assert_eq!(
        request.url,
        "https://elasticmapreduce.us-west-2.amazonaws.com/"
    );
    assert_eq!(
        request.headers[0],
        (
            "x-amz-target",
            "ElasticMapReduce.DescribeCluster".to_owned()
        )
    );
    assert_eq!(request.body, r#"{"ClusterId":"j-1"}"#);
}

#[test]
fn versioning_is_told_by_the_root_of_the_answer() {
    for (body, expected) in [
        (
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
            json!({"Status": "Enabled"}),
        ),
        (
            "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>",
            json!({}),
        ),
    ] {
        assert_eq!(said(&GET_BUCKET_VERSIONING, 200, body), Ok(expected));
    }
    assert!(said(&GET_BUCKET_VERSIONING, 200, "<html/>").is_err());
}

#[test]
fn service_quotas_are_asked_in_their_own_words() {
    let input = json!({"ServiceCode": "elasticmapreduce"});
    let request = asked(&LIST_SERVICE_QUOTAS, input, "us-west-2");
    assert_eq!(
        request.url,
        "https://servicequotas.us-west-2.amazonaws.com/"
    );
    let target = "ServiceQuotasV20190624.ListServiceQuotas".to_owned();
    assert_eq!(request.headers[0], ("x-amz-target", target));
    assert_eq!(request.signing_name, "servicequotas");
}

#[test]
fn lake_formation_is_told_in_the_path() {
    let request = asked(&LIST_PERMISSIONS, json!({"MaxResults": 1000}), "cn-north-1");
    let url = "https://lakeformation.cn-north-1.amazonaws.com.cn/ListPermissions";
    assert_eq!(request.url, url);
}

#[test]
fn filters_of_ec2_are_numbered() {
    let input =
        json!({"Filters": [{"Name": "tag-key", "Values": ["a:b", "c"]}], "MaxResults": 1000});
    let request = asked(&DESCRIBE_INSTANCES, input, "eu-west-1");
    assert_eq!(
        request.body,
        "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag-key&Filter.1.Value.1=a%3Ab\
         &Filter.1.Value.2=c&MaxResults=1000"
    );
}

#[test]
fn iam_is_asked_where_its_partition_keeps_it() {
    let input = json!({"Filter": ["Role"]});
    let request = asked(&GET_ACCOUNT_AUTHORIZATION_DETAILS, input, "eu-west-1");
    assert_eq!(request.url, "https://iam.amazonaws.com/");
    assert_eq!(request.signing_region, "us-east-1");
    assert!(request.body.ends_with("&Filter.member.1=Role"));
    let request = asked(
        &GET_ACCOUNT_AUTHORIZATION_DETAILS,
        json!({}),
        "us-gov-east-1",
    );
    assert_eq!(request.signing_region, "us-gov-west-1");
}

#[test]
fn buckets_stand_in_the_path() {
    let request = asked(&GET_BUCKET_POLICY, json!({"Bucket": "lo.gs"}), "us-west-2");
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.url,
        "https://s3.us-west-2.amazonaws.com/lo.gs?policy"
    );
    let request = asked(&GET_ACCOUNT_PUBLIC_ACCESS_BLOCK, json!({}), "us-west-2");
    assert_eq!(
        request.url,
        "https://111122223333.s3-control.us-west-2.amazonaws.com/v20180820/configuration/publicAccessBlock"
    );
}

#[test]
fn answers_of_ec2_get_the_names_and_types_of_the_api() {
    let body = r#"<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>
  <reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>
    <ipAddress>203.0.113.7</ipAddress>
    <groupSet><item><groupId>sg-1</groupId><groupName>a &amp; b</groupName></item></groupSet>
    <networkInterfaceSet><item><ipv6AddressesSet/><groupSet><item><groupId>sg-2</groupId></item></groupSet></item></networkInterfaceSet>
    <metadataOptions><httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit></metadataOptions>
    <tagSet><item><key>aws:elasticmapreduce:job-flow-id</key><value>j-1</value></item></tagSet>
  </item></instancesSet></item></reservationSet></DescribeInstancesResponse>"#;
    let answer = said(&DESCRIBE_INSTANCES, 200, body).unwrap();
    let instance = &answer["Reservations"][0]["Instances"][0];
    assert_eq!(instance["PublicIpAddress"], "203.0.113.7");
    assert_eq!(instance["SecurityGroups"][0]["GroupName"], "a & b");
    assert_eq!(instance["NetworkInterfaces"][0]["Ipv6Addresses"], json!([]));
    assert_eq!(
        instance["NetworkInterfaces"][0]["Groups"][0]["GroupId"],
        "sg-2"
    );
    assert_eq!(instance["MetadataOptions"]["HttpPutResponseHopLimit"], 2);
    assert_eq!(instance["Tags"][0]["Value"], "j-1");
}

#[test]
fn answers_of_iam_and_sts_stand_in_a_result() {
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:x</Arn><Account>1</Account>\
                </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let answer = said(&GET_CALLER_IDENTITY, 200, body).unwrap();
    assert_eq!(answer, json!({"Arn": "arn:x", "Account": "1"}));
}

#[test]
fn answers_of_s3_are_their_one_member() {
    let body = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
                <SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
                <BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";
    let answer = said(&GET_BUCKET_ENCRYPTION, 200, body).unwrap();
    let rule = &answer["ServerSideEncryptionConfiguration"]["Rules"][0];
    assert_eq!(
        rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
        "aws:kms"
    );
    assert_eq!(rule["BucketKeyEnabled"], true);
    let location = "<LocationConstraint xmlns=\"x\">eu-west-1</LocationConstraint>";
    let answer = said(&GET_BUCKET_LOCATION, 200, location).unwrap();
    assert_eq!(answer, json!({"LocationConstraint": "eu-west-1"}));
    let policy = said(&GET_BUCKET_POLICY, 200, r#"{"Version":"2012-10-17"}"#).unwrap();
    assert_eq!(policy["Policy"], r#"{"Version":"2012-10-17"}"#);
}

#[test]
fn errors_are_found_however_a_service_writes_them() {
    let throttled =
        r#"{"__type":"com.amazonaws.emr#ThrottlingException","message":"Rate exceeded"}"#;
    let expected = ("ThrottlingException".to_owned(), "Rate exceeded".to_owned());
    assert_eq!(said(&DESCRIBE_CLUSTER, 400, throttled), Err(expected));
    let bucket = "<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>";
    let expected = ("NoSuchBucketPolicy".to_owned(), "none".to_owned());
    assert_eq!(said(&GET_BUCKET_POLICY, 404, bucket), Err(expected));
    let ec2 = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
    let expected = ("UnauthorizedOperation".to_owned(), "no".to_owned());
    assert_eq!(said(&DESCRIBE_INSTANCES, 403, ec2), Err(expected));
    // Whatever stands between says nothing that can be read.
    let expected = ("502".to_owned(), String::new());
    assert_eq!(
        said(&DESCRIBE_CLUSTER, 502, "<html>bad gateway"),
        Err(expected)
    );
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    for (operation, body) in [
        (&DESCRIBE_CLUSTER, r#"{"Cluster": {"Id":"#),
        (
            &DESCRIBE_INSTANCES,
            "<DescribeInstancesResponse><reservationSet>",
        ),
        (&DESCRIBE_INSTANCES, ""),
        (&GET_CALLER_IDENTITY, "<html></html>"),
    ] {
        let (code, _) = said(operation, 200, body).unwrap_err();
        assert_eq!(code, "NoAnswer", "{body}");
    }
}

#[test]
fn a_bucket_elsewhere_tells_its_region() {
    let answer = Answer {
        status: 301,
        bucket_region: Some("eu-west-1".to_owned()),
        body: "<Error><Code>PermanentRedirect</Code></Error>".to_owned(),
        error_type: None,
    };
    let call = Call::new(&GET_BUCKET_POLICY, "logs", json!({}));
    let failure = outcome(&call, &answer).unwrap_err();
    assert_eq!(failure.moved_to.as_deref(), Some("eu-west-1"));
}

#[test]
fn no_answer_makes_the_reader_of_xml_panic() {
    let whole = "<A><b c='d'>&#x41;&lt;<![CDATA[x]]></b><!-- y --><e/></A>";
    for end in 0..whole.len() {
        let _ = said(&DESCRIBE_INSTANCES, 200, whole.get(..end).unwrap());
    }
    let deep = "<a>".repeat(100_000);
    assert!(said(&DESCRIBE_INSTANCES, 200, &deep).is_err());
}

#[test]
fn calls_with_a_path_put_members_into_it_and_the_others_behind() {
    use crate::live::operation::{GET_APPLICATION, LIST_VIRTUAL_CLUSTERS};
    let place = Place {
        region: "cn-north-1".to_owned(),
        account: String::new(),
        endpoint: None,
        fips: false,
        dual_stack: false,
    };
    let sent = |operation, input| request(&Call::new(operation, "", input), &place);
    let one = sent(&GET_APPLICATION, json!({"applicationId": "00f/1?x"}));
    assert_eq!((one.method, one.body.as_str()), ("GET", ""));
    assert_eq!(
        one.url,
        "https://emr-serverless.cn-north-1.amazonaws.com.cn/applications/00f%2F1%3Fx"
    );
    assert_eq!(one.signing_name, "emr-serverless");
    let input = json!({"states": ["RUNNING", "ARRESTED"], "nextToken": "a=b&c"});
    let pages = sent(&LIST_VIRTUAL_CLUSTERS, input);
    assert_eq!(
        pages.url,
        "https://emr-containers.cn-north-1.amazonaws.com.cn/virtualclusters?states=RUNNING&states=ARRESTED&nextToken=a%3Db%26c"
    );
}

#[test]
fn a_bucket_is_located_for_the_account_that_should_own_it() {
    use crate::live::operation::GET_BUCKET_LOCATION;
    let owner = |operation| {
        let sent = asked(operation, json!({"Bucket": "logs"}), "us-west-2");
        let headers = sent.headers.into_iter();
        let mut found = headers.filter(|(name, _)| *name == "x-amz-expected-bucket-owner");
        found.next().map(|(_, account)| account)
    };
    assert_eq!(owner(&GET_BUCKET_LOCATION).as_deref(), Some("111122223333"));
    assert_eq!(owner(&GET_BUCKET_POLICY), None);
}
