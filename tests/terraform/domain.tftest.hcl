# An environment with a domain of its own: each name leads to its API, with a certificate that has been validated.

mock_provider "aws" {
  source = "./mocks"

  override_resource {
    target = aws_acm_certificate.domain-certificate
    values = {
      arn = "arn:aws:acm:us-east-1:111122223333:certificate/11111111-1111-1111-1111-111111111111"
      domain_validation_options = [{
        domain_name           = "*.tunnels.example.com"
        resource_record_name  = "_proof.tunnels.example.com."
        resource_record_type  = "CNAME"
        resource_record_value = "_token.acm-validations.aws."
      }]
    }
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
    condition = (
      aws_apigatewayv2_domain_name.domain-visitors.domain_name == "*.tunnels.example.com" &&
      aws_apigatewayv2_api_mapping.domain-visitors-mapping.api_id == "visitors00" &&
      aws_apigatewayv2_api_mapping.domain-visitors-mapping.domain_name == aws_apigatewayv2_domain_name.domain-visitors.id
    )
    error_message = "https://<tunnel>.tunnels.example.com must lead to the visitor API."
  }
  assert {
    condition = (
      aws_apigatewayv2_domain_name.domain-agents.domain_name == "agents.tunnels.example.com" &&
      aws_apigatewayv2_api_mapping.domain-agents-mapping.api_id == "agents0000" &&
      aws_apigatewayv2_api_mapping.domain-agents-mapping.domain_name == aws_apigatewayv2_domain_name.domain-agents.id
    )
    error_message = "wss://agents.tunnels.example.com must lead to the agent gateway."
  }
  assert {
    condition = alltrue([
      for domain in [aws_apigatewayv2_domain_name.domain-visitors, aws_apigatewayv2_domain_name.domain-agents] :
      domain.domain_name_configuration[0].certificate_arn == aws_acm_certificate_validation.domain-certificate-validation.certificate_arn &&
      domain.domain_name_configuration[0].security_policy == "TLS_1_2"
    ])
    error_message = "Both names must wait for the validated certificate and refuse old TLS."
  }
  assert {
    condition = (
      aws_acm_certificate.domain-certificate.domain_name == "*.tunnels.example.com" &&
      aws_route53_record.domain-certificate-record.name == "_proof.tunnels.example.com." &&
      contains(aws_route53_record.domain-certificate-record.records, "_token.acm-validations.aws.")
    )
    error_message = "The record must prove to ACM that the domain is ours."
  }
  assert {
    condition = alltrue([
      for record in [
        aws_route53_record.domain-certificate-record,
        aws_route53_record.domain-visitors-record,
        aws_route53_record.domain-agents-record,
      ] : record.zone_id == "Z0123456789ABCDEFGHIJ"
    ])
    error_message = "All records must be in the zone of the settings."
  }
  assert {
    condition     = output.agent_endpoint == "wss://agents.tunnels.example.com" && output.tunnel_domain == "tunnels.example.com"
    error_message = "Outputs must name the domain."
  }
}
