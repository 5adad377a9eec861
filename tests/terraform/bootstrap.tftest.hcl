# What an account has once.

mock_provider "aws" {
  source = "./mocks"

  override_resource {
    target = aws_s3_bucket.state
    values = { arn = "arn:aws:s3:::state" }
  }
  override_resource {
    target = aws_iam_role.gateway-logging-role
    values = { arn = "arn:aws:iam::111122223333:role/gateway-logs" }
  }
}

run "apply" {
  command = apply

  assert {
    condition = alltrue([
      for part in [
        aws_s3_bucket_versioning.state-versioning.bucket,
        aws_s3_bucket_server_side_encryption_configuration.state-encryption.bucket,
        aws_s3_bucket_ownership_controls.state-ownership.bucket,
        aws_s3_bucket_public_access_block.state-public-access.bucket,
        aws_s3_bucket_policy.state-policy.bucket,
        aws_s3_bucket_lifecycle_configuration.state-lifecycle.bucket,
      ] : part == aws_s3_bucket.state.bucket
    ])
    error_message = "All settings of the state bucket must be about the state bucket."
  }
  assert {
    condition     = aws_s3_bucket_versioning.state-versioning.versioning_configuration[0].status == "Enabled"
    error_message = "An older state must be there to be brought back."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state-public-access.block_public_acls,
      aws_s3_bucket_public_access_block.state-public-access.block_public_policy,
      aws_s3_bucket_public_access_block.state-public-access.ignore_public_acls,
      aws_s3_bucket_public_access_block.state-public-access.restrict_public_buckets,
    ])
    error_message = "The public must stay out of the state, by every way."
  }
  assert {
    condition = (
      jsondecode(aws_s3_bucket_policy.state-policy.policy).Statement[0].Effect == "Deny" &&
      jsondecode(aws_s3_bucket_policy.state-policy.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false" &&
      toset(jsondecode(aws_s3_bucket_policy.state-policy.policy).Statement[0].Resource) == toset(["arn:aws:s3:::state", "arn:aws:s3:::state/*"])
    )
    error_message = "The state must be read and written over TLS alone."
  }
  assert {
    condition     = aws_api_gateway_account.gateway-logging.cloudwatch_role_arn == "arn:aws:iam::111122223333:role/gateway-logs"
    error_message = "WebSocket APIs must have a role to write access logs in."
  }
  assert {
    condition     = output.state_bucket == aws_s3_bucket.state.bucket
    error_message = "The bucket's name must be told."
  }
}
