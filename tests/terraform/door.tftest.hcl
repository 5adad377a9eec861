# What an environment with a streaming door has beyond the others, once references have values.

mock_provider "aws" {
  source = "./mocks"

  override_resource {
    target = aws_lambda_function_url.streaming-door
    values = { function_url = "https://streams000.lambda-url.us-east-1.on.aws/" }
  }
}

variables {
  agent_token_key = "a-key-that-no-state-may-hold-0123456789"
}

run "apply" {
  command = apply

  assert {
    condition = (
      aws_lambda_function_url.streaming-door.function_name == aws_lambda_function.stream-request.function_name &&
      aws_lambda_function_url.streaming-door.authorization_type == "NONE" &&
      aws_lambda_function_url.streaming-door.invoke_mode == "RESPONSE_STREAM" &&
      length(aws_lambda_function_url.streaming-door.cors) == 0
    )
    error_message = "The door must be the open URL of stream-request, which streams and answers no preflights."
  }
  assert {
    condition = (
      aws_lambda_permission.streaming-door-permission.function_name == aws_lambda_function.stream-request.function_name &&
      aws_lambda_permission.streaming-door-permission.action == "lambda:InvokeFunctionUrl" &&
      aws_lambda_permission.streaming-door-permission.function_url_auth_type == "NONE"
    )
    error_message = "Everybody must be allowed to use the URL, and nothing else."
  }
  assert {
    condition = jsondecode(aws_cloudformation_stack.streaming-door-invocation.template_body) == {
      Resources = {
        Invocation = {
          Type = "AWS::Lambda::Permission"
          Properties = {
            Action                = "lambda:InvokeFunction"
            FunctionName          = aws_lambda_function.stream-request.function_name
            InvokedViaFunctionUrl = true
            Principal             = "*"
          }
        }
      }
    }
    error_message = "Everybody must be allowed to invoke stream-request through its URL alone."
  }
  assert {
    condition = alltrue([
      for lambda in [aws_lambda_function.forward-request, aws_lambda_function.receive-message] :
      lambda.environment[0].variables.STREAM_URL == "https://streams000.lambda-url.us-east-1.on.aws/"
    ])
    error_message = "Visitors of the HTTP API and agents must be told the URL."
  }
  assert {
    condition     = can(regex("^https://[a-z0-9.-]+/$", output.stream_url))
    error_message = "stream_url must be an https origin, with a slash at its end."
  }
}
