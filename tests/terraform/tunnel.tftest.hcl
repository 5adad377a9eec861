# Applies an environment's stack to a mock of AWS: what leads where, once references have values.

mock_provider "aws" {
  source = "./mocks"

  # Each with an ARN of its own, so that one cannot be taken for another.
  override_resource {
    target = aws_lambda_function.process-stream
    values = {
      arn        = "arn:aws:lambda:us-east-1:111122223333:function:process-stream"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:process-stream/invocations"
    }
  }
  override_resource {
    target = aws_lambda_function.wake-waiter
    values = {
      arn        = "arn:aws:lambda:us-east-1:111122223333:function:wake-waiter"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:wake-waiter/invocations"
    }
  }
  override_resource {
    target = aws_lambda_function.forward-request
    values = {
      arn        = "arn:aws:lambda:us-east-1:111122223333:function:forward-request"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:forward-request/invocations"
    }
  }
  override_resource {
    target = aws_lambda_function.authorize-agent
    values = {
      arn        = "arn:aws:lambda:us-east-1:111122223333:function:authorize-agent"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:authorize-agent/invocations"
    }
  }
  override_resource {
    target = aws_sqs_queue.response-stream-failures
    values = {
      arn = "arn:aws:sqs:us-east-1:111122223333:stream-failures"
      url = "https://sqs.us-east-1.amazonaws.com/111122223333/stream-failures"
    }
  }
  override_resource {
    target = aws_sqs_queue.response-bus-wake-failures
    values = {
      arn = "arn:aws:sqs:us-east-1:111122223333:wake-failures"
      url = "https://sqs.us-east-1.amazonaws.com/111122223333/wake-failures"
    }
  }
  override_resource {
    target = aws_sqs_queue.response-bus-target-dead-letters
    values = {
      arn = "arn:aws:sqs:us-east-1:111122223333:response-dead-letters"
      url = "https://sqs.us-east-1.amazonaws.com/111122223333/response-dead-letters"
    }
  }
  override_resource {
    target = aws_dynamodb_table.pending-requests
    values = {
      arn        = "arn:aws:dynamodb:us-east-1:111122223333:table/pending"
      stream_arn = "arn:aws:dynamodb:us-east-1:111122223333:table/pending/stream/2026-01-01T00:00:00.000"
    }
  }
  override_resource {
    target = aws_lambda_function.roll-back
    values = {
      arn        = "arn:aws:lambda:us-east-1:111122223333:function:roll-back"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:roll-back/invocations"
    }
  }
  override_resource {
    target = aws_sns_topic.alarm-topic
    values = { arn = "arn:aws:sns:us-east-1:111122223333:alarms" }
  }
  override_resource {
    target = aws_cloudwatch_composite_alarm.rollback
    values = { arn = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:rollback" }
  }
  override_resource {
    target = aws_iam_role.process-stream-role
    values = { arn = "arn:aws:iam::111122223333:role/process-stream" }
  }
  override_resource {
    target = aws_apigatewayv2_api.visitor-api
    values = {
      id            = "visitors00"
      api_endpoint  = "https://visitors00.execute-api.us-east-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:us-east-1:111122223333:visitors00"
    }
  }
  override_resource {
    target = aws_apigatewayv2_api.agent-gateway
    values = {
      id            = "agents0000"
      api_endpoint  = "wss://agents0000.execute-api.us-east-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:us-east-1:111122223333:agents0000"
    }
  }
}

variables {
  agent_token_key = "a-key-that-no-state-may-hold-0123456789"
}

run "apply" {
  command = apply

  assert {
    condition     = aws_lambda_event_source_mapping.response-stream-mapping.function_name == "arn:aws:lambda:us-east-1:111122223333:function:process-stream"
    error_message = "The stream of pending requests must be read by process-stream."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.response-stream-mapping.event_source_arn == "arn:aws:dynamodb:us-east-1:111122223333:table/pending/stream/2026-01-01T00:00:00.000"
    error_message = "process-stream must read the stream of pending requests."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.response-stream-mapping.destination_config[0].on_failure[0].destination_arn == "arn:aws:sqs:us-east-1:111122223333:stream-failures"
    error_message = "Records that cannot be published must go to their queue."
  }
  assert {
    condition = (
      aws_lambda_event_source_mapping.response-stream-mapping.maximum_retry_attempts >= 0 &&
      aws_lambda_event_source_mapping.response-stream-mapping.maximum_record_age_in_seconds > 0
    )
    error_message = "A bad record must not block its shard: retries and age must be bounded."
  }

  assert {
    condition     = aws_cloudwatch_event_target.response-bus-target.arn == "arn:aws:lambda:us-east-1:111122223333:function:wake-waiter"
    error_message = "Announced answers must go to wake-waiter."
  }
  assert {
    condition     = aws_cloudwatch_event_target.response-bus-target.dead_letter_config[0].arn == "arn:aws:sqs:us-east-1:111122223333:response-dead-letters"
    error_message = "Announcements that cannot be delivered must go to their queue."
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.response-bus-invocation.destination_config[0].on_failure[0].destination == "arn:aws:sqs:us-east-1:111122223333:wake-failures"
    error_message = "Wakes that fail must go to their queue."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_bus_policy.response-bus-policy.policy).Statement[0].Condition.ArnNotEquals["aws:PrincipalArn"] == "arn:aws:iam::111122223333:role/process-stream"
    error_message = "Nobody but process-stream may announce answers."
  }

  assert {
    condition = (
      aws_apigatewayv2_integration.visitor-api-integration.api_id == "visitors00" &&
      endswith(aws_apigatewayv2_integration.visitor-api-integration.integration_uri, ":function:forward-request/invocations")
    )
    error_message = "Visitors must come to forward-request."
  }
  assert {
    condition = (
      aws_apigatewayv2_route.agent-gateway-connect-route.api_id == "agents0000" &&
      aws_apigatewayv2_route.agent-gateway-connect-route.authorizer_id == aws_apigatewayv2_authorizer.agent-gateway-authorizer.id &&
      endswith(aws_apigatewayv2_authorizer.agent-gateway-authorizer.authorizer_uri, ":function:authorize-agent/invocations")
    )
    error_message = "No agent may connect without authorize-agent."
  }
  assert {
    condition     = aws_apigatewayv2_route.wake-channel-connect-route.authorization_type == "AWS_IAM"
    error_message = "Only signed connections may listen at the wake channel."
  }
  assert {
    condition = alltrue([
      for stage in [
        aws_apigatewayv2_stage.visitor-api-stage,
        aws_apigatewayv2_stage.agent-gateway-stage,
        aws_apigatewayv2_stage.wake-channel-stage,
      ] :
      stage.default_route_settings[0].throttling_rate_limit > 0 &&
      stage.default_route_settings[0].throttling_burst_limit > 0 &&
      can(jsondecode(stage.access_log_settings[0].format).requestId)
    ])
    error_message = "Every stage must be throttled and note its requests as JSON."
  }

  assert {
    condition = (
      contains(aws_cloudwatch_composite_alarm.rollback.alarm_actions, "arn:aws:lambda:us-east-1:111122223333:function:roll-back") &&
      contains(aws_cloudwatch_composite_alarm.rollback.alarm_actions, "arn:aws:sns:us-east-1:111122223333:alarms") &&
      !contains(aws_cloudwatch_composite_alarm.rollback.ok_actions, "arn:aws:lambda:us-east-1:111122223333:function:roll-back") &&
      aws_lambda_permission.rollback-permission.function_name == aws_lambda_function.roll-back.function_name &&
      aws_lambda_permission.rollback-permission.source_arn == "arn:aws:cloudwatch:us-east-1:111122223333:alarm:rollback"
    )
    error_message = "The composite alarm must start roll-back, be allowed to, and tell of it."
  }
  assert {
    condition = alltrue([
      for alarm in [
        aws_cloudwatch_metric_alarm.event-driven-error-rate,
        aws_cloudwatch_metric_alarm.event-driven-errors,
        aws_cloudwatch_metric_alarm.event-driven-latency,
        aws_cloudwatch_metric_alarm.delivery-failures,
        aws_cloudwatch_metric_alarm.stream-lag,
        aws_cloudwatch_metric_alarm.lost-answers,
        aws_cloudwatch_metric_alarm.probe-missing,
      ] :
      strcontains(aws_cloudwatch_composite_alarm.rollback.alarm_rule, "ALARM(\"${alarm.alarm_name}\")")
    ])
    error_message = "Every trigger must be in the rule of the composite alarm, by its name in AWS."
  }
  assert {
    condition = (
      aws_lambda_function_event_invoke_config.alarm-topic-outcome.destination_config[0].on_success[0].destination == "arn:aws:sns:us-east-1:111122223333:alarms" &&
      aws_lambda_function_event_invoke_config.alarm-topic-outcome.destination_config[0].on_failure[0].destination == "arn:aws:sns:us-east-1:111122223333:alarms"
    )
    error_message = "Whether roll-back succeeded or failed must be told."
  }
  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.dashboard.dashboard_body).widgets) > 10
    error_message = "The dashboard must be JSON, once references have values."
  }

  assert {
    condition     = aws_lambda_function.forward-request.environment[0].variables.PENDING_REQUESTS_TABLE == aws_dynamodb_table.pending-requests.name
    error_message = "forward-request must be told the table of pending requests."
  }
  assert {
    condition     = aws_ssm_parameter.token-key.value_wo == null
    error_message = "The key of agent tokens must not be in the state."
  }

  assert {
    condition     = can(regex("^https://[a-z0-9.-]+$", output.visitor_url))
    error_message = "visitor_url must be an https origin."
  }
  assert {
    condition     = can(regex("^wss://[a-z0-9.-]+(/v1)?$", output.agent_endpoint))
    error_message = "agent_endpoint must be a wss address."
  }
  assert {
    condition = alltrue([
      for name in [output.tunnels_table, output.pending_requests_table, output.event_bus] :
      can(regex("^http-tunnel-[a-z0-9-]+$", name))
    ])
    error_message = "Names in outputs must be those of the environment."
  }
}
