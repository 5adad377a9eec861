import { resourceRule } from '../rule';

export const parameterSecret = resourceRule({
  id: 'parameter-secret',
  publicIds: ['CKV_AWS_384'],
  sentence: 'A secret parameter is encrypted, and its value is not in the state: Terraform passes the value to SSM and does not store it.',
  remedy: 'Use type SecureString with value_wo and value_wo_version, as TokenKey does.',
  types: ['aws_ssm_parameter'],
  check: (parameter) => {
    const secure = parameter.optionalText('type') === 'SecureString';
    const name = parameter.optionalText('name') ?? '';
    if (!secure)
      return /key|secret|token|password/i.test(name)
        ? [`type is ${parameter.optionalText('type')}, but its name is the name of a secret`]
        : [];
    return parameter.has('value') || parameter.has('insecure_value') ? ['its value is in the plan and in the state'] : [];
  },
});
