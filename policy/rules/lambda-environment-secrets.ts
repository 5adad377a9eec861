import { KNOWN_AFTER_APPLY, SENSITIVE } from '../terraform/planned-reading';
import { resourceRule, type RuleContext } from '../rule';

/** Variable names that suggest a secret. A name with an ending of POINTER_NAME only refers to a secret. */
const SECRET_NAME = /SECRET|PASSWORD|PASSWD|PRIVATE|CREDENTIAL|API_?KEY|ACCESS_?KEY|SIGNING_?KEY|TOKEN|_KEY$/i;
const POINTER_NAME = /_(PARAMETER|ARN|NAME|ID|URL|TABLE|FILE|PATH)$/i;

/** Patterns of secret values. */
const SECRET_VALUES: readonly (readonly [RegExp, string])[] = [
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, 'an AWS access key'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/, 'a token (JWT)'],
  [/\bgh[pousr]_[A-Za-z0-9]{30,}/, 'a GitHub token'],
  [/^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/_-]{40,}={0,2}$/, '40 random characters'],
  [/\$\{(random_password|data\.aws_secretsmanager|data\.aws_ssm|aws_secretsmanager_secret_version)\b/, 'a secret of another resource'],
  [/\$\{[^}]*\.(value|secret_string|result|secret|plaintext)\}/, 'a secret of another resource'],
];

export const lambdaEnvironmentSecrets = resourceRule({
  id: 'lambda-environment-secrets',
  publicIds: ['CKV_AWS_45'],
  sentence:
    "A function's environment contains no secret: the plan, the state and the console would show the secret to everybody who may read the function.",
  remedy: 'Give the function the name of an SSM parameter and the right to read that parameter, as TokenKey does.',
  types: ['aws_lambda_function'],
  check: (lambda, context) =>
    Object.entries(lambda.map('environment.variables')).flatMap(([name, value]) => {
      const what = whatIsSecret(name, value, context);
      return what === undefined ? [] : [`environment variable ${name} is ${what}`];
    }),
});

function whatIsSecret(name: string, value: unknown, { model }: RuleContext): string | undefined {
  if (value === SENSITIVE) return 'a value that Terraform holds as sensitive';
  const text = value === KNOWN_AFTER_APPLY ? '' : String(value);
  for (const [, variable = ''] of text.matchAll(/\$\{var\.([\w-]+)/g)) {
    if (model.sensitiveVariables.has(variable)) return `the sensitive variable ${variable}`;
  }
  const match = SECRET_VALUES.find(([pattern]) => pattern.test(text));
  if (match) return match[1];
  return SECRET_NAME.test(name) && !POINTER_NAME.test(name) ? 'a secret, judging by its name' : undefined;
}
