import { ofType, type Resource, type TerraformModel } from './terraform/terraform-model';

/** The one function that everybody may call through a function URL. */
export const PUBLIC_FUNCTION = 'stream-request';

/** Whether a name, ARN or reference means the function of the streaming door. */
const meansPublicFunction = (value: string | undefined, model: TerraformModel): boolean =>
  ofType(model, 'aws_lambda_function').some((lambda) => lambda.name === PUBLIC_FUNCTION && lambda.isMeantBy(value));

/** Whether a URL or permission belongs to the function of the streaming door. */
export const isOfStreamingDoor = (resource: Resource, model: TerraformModel): boolean =>
  meansPublicFunction(resource.optionalText('function_name'), model);

/**
 * The problems of a template: it must have exactly one resource, which lets everybody invoke the function of the streaming door, but
 * only through the function URL.
 */
export function templateProblems(template: unknown, model: TerraformModel): readonly string[] {
  const { Resources: resources, ...others } = objectOf(template);
  const [resource, ...more] = Object.values(objectOf(resources));
  const { Type: type, Properties: properties, ...extras } = objectOf(resource);
  const { FunctionName: functionName, ...permission } = objectOf(properties);
  const problems = [];
  if (resource === undefined || more.length > 0) problems.push('the template has not exactly one resource');
  for (const key of [...Object.keys(others), ...Object.keys(extras)]) problems.push(`the template has ${key}`);
  if (type !== 'AWS::Lambda::Permission') problems.push(`the template makes ${String(type)}`);
  for (const [key, value] of Object.entries(THROUGH_URL))
    if (permission[key] !== value) problems.push(`the template's ${key} is not ${String(value)}`);
  for (const key of Object.keys(permission)) if (!(key in THROUGH_URL)) problems.push(`the template has ${key}`);
  const isPublic = typeof functionName === 'string' && meansPublicFunction(functionName, model);
  if (!isPublic) problems.push(`the template's function is not ${PUBLIC_FUNCTION}`);
  return problems;
}

/** Without the condition, every AWS account could invoke the function with an event that it made up. */
const THROUGH_URL: Readonly<Record<string, unknown>> = { Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true, Principal: '*' };

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
