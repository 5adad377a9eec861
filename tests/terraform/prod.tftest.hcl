# What prod has beyond the others: protection, and a key of its own.

mock_provider "aws" {
  source = "./mocks"

  override_resource {
    target = aws_kms_key.data-key
    values = { arn = "arn:aws:kms:us-east-1:111122223333:key/99999999-9999-9999-9999-999999999999" }
  }
}

variables {
  agent_token_key = "a-key-that-no-state-may-hold-0123456789"
}

run "apply" {
  command = apply

  assert {
    condition = alltrue([
      for table in [aws_dynamodb_table.tunnels, aws_dynamodb_table.pending-requests] :
      table.deletion_protection_enabled
    ])
    error_message = "Prod's tables must refuse to be deleted."
  }
  assert {
    condition = (
      aws_dynamodb_table.tunnels.point_in_time_recovery[0].enabled &&
      !aws_dynamodb_table.pending-requests.point_in_time_recovery[0].enabled
    )
    error_message = "Tunnels can be recovered; visitors' bodies are not kept for it."
  }
  assert {
    condition = alltrue([
      for arn in concat(
        [for table in [aws_dynamodb_table.tunnels, aws_dynamodb_table.pending-requests] : table.server_side_encryption[0].kms_key_arn],
        [
          aws_sqs_queue.response-stream-failures.kms_master_key_id,
          aws_sqs_queue.response-bus-target-dead-letters.kms_master_key_id,
          aws_sqs_queue.response-bus-wake-failures.kms_master_key_id,
          aws_sqs_queue.sweep-schedule-target-dead-letters.kms_master_key_id,
          aws_sqs_queue.sweep-schedule-failures.kms_master_key_id,
          aws_sns_topic.alarm-topic.kms_master_key_id,
          aws_cloudwatch_log_group.visitor-api-access-logs.kms_key_id,
          aws_cloudwatch_log_group.forward-request-logs.kms_key_id,
          aws_lambda_function.forward-request.kms_key_arn,
          aws_ssm_parameter.token-key.key_id,
        ],
      ) :
      arn == "arn:aws:kms:us-east-1:111122223333:key/99999999-9999-9999-9999-999999999999"
    ])
    error_message = "Everything prod keeps must be encrypted with its own key."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.connect-agent-policy.policy).Statement :
      statement.Condition.StringEquals["kms:ViaService"] == "dynamodb.us-east-1.amazonaws.com"
      if contains(statement.Resource, aws_kms_key.data-key.arn)
    ])
    error_message = "connect-agent may use the key through DynamoDB alone."
  }
  assert {
    condition     = aws_kms_key.data-key.enable_key_rotation && aws_kms_key.data-key.deletion_window_in_days == 30
    error_message = "The key must be rotated, and must not be gone in a day."
  }
  assert {
    condition = (
      aws_lambda_function.forward-request.reserved_concurrent_executions > 0 &&
      aws_lambda_function.receive-message.reserved_concurrent_executions > 0 &&
      aws_lambda_function.wake-waiter.reserved_concurrent_executions > 0
    )
    error_message = "Waiters must have a cap, and what releases them a reservation."
  }
}
