import { resourceMatches } from '../../emulator/iam/matching';
import { environments, EnvironmentError, validateNames, type Environment } from '../../environments';
import { deployRolePolicy } from '../../modules/ci-role-policies';
import { statementsOf } from '../../policy/terraform/policy-document';
import { synthesizeStack, type InfraStack } from '../support/infra-stack';
import { metricsOfAlarms, metricsOfDashboard, type WatchedMetric } from '../support/watched-metrics';

const { accountId, backend } = environments.dev;
/** Two environments of one account and region, as functions, tables and alarms of different names. */
const neighbours: readonly Environment[] = [
  environments.dev,
  { ...environments.prod, accountId, backend: { ...backend, key: 'prod/terraform.tfstate' } as Environment['backend'] },
];
const stacks = neighbours.map((environment) => ({ name: environment.name, stack: synthesizeStack(environment) }));

const readBy = (stack: InfraStack): WatchedMetric[] => [...metricsOfAlarms(stack), ...metricsOfDashboard(stack)];

/** The namespaces to which the functions of a stack write. */
const writtenBy = (stack: InfraStack): unknown[] => [
  ...new Set(
    stack
      .resources('aws_lambda_function')
      .map(([, { environment }]) => (environment as { variables: Record<string, unknown> }).variables['POWERTOOLS_METRICS_NAMESPACE']),
  ),
];

/** A reference is resolved within its own stack. A name contains the name of its environment. */
const isOwn = (dimension: string, name: string): boolean => dimension.startsWith('${aws_') || dimension.includes(`http-tunnel-${name}-`);

describe('two environments in one account and region', () => {
  it('write their metrics to two namespaces', () => {
    expect(stacks.map(({ stack }) => writtenBy(stack))).toEqual([['HTTPTunnel/dev'], ['HTTPTunnel/prod']]);
  });

  it.each(stacks)('have alarms and dashboards that read no metric of the other: $name', ({ name, stack }) => {
    const read = readBy(stack);
    const ofAws = read.filter(({ namespace }) => namespace.startsWith('AWS/'));
    const ofFunctions = read.filter((metric) => !ofAws.includes(metric));
    expect([...new Set(ofFunctions.map(({ namespace }) => namespace))]).toEqual(writtenBy(stack));
    expect(ofAws.length).toBeGreaterThan(40);
    expect(ofAws.filter(({ dimensions }) => !Object.values(dimensions).some((value) => isOwn(value, name)))).toEqual([]);
  });
});

/** ARNs and patterns with the name of an environment in which its deploy role has rights. */
function rightsOf(name: string): string[] {
  const environment = { ...environments.prod, name, backend: { ...environments.prod.backend, key: `${name}/terraform.tfstate` } };
  return statementsOf(JSON.parse(deployRolePolicy(environment as Environment)))
    .flatMap(({ resources }) => resources)
    .filter((resource) => resource.includes(`http-tunnel-${name}-`) || resource.includes(`/${name}/`));
}

/** The rights of one environment's pipeline that cover something of the other environment, or a role of the other's pipeline. */
function reaching(name: string, other: string): string[] {
  const deployRole = `arn:aws:iam::${environments.prod.accountId}:role/http-tunnel-ci-${other}-deploy`;
  const theirs = [deployRole, ...rightsOf(other).map((pattern) => pattern.replaceAll('*', 'thing'))];
  return rightsOf(name).filter((pattern) => theirs.some((arn) => resourceMatches(pattern, arn)));
}

describe('the pipelines of two environments in one account', () => {
  it.each([
    ['dev', 'prod'],
    ['prod', 'dev'],
    ['prod', 'eu-prod'],
    ['eu-prod', 'prod'],
    ['prod', 'prod2'],
  ])('cannot reach what is named after the other: %s, %s', (name, other) => {
    expect(() => validateNames([name, other])).not.toThrow();
    expect(reaching(name, other)).toEqual([]);
  });

  it.each([
    ['prod', 'prod-eu'],
    ['ci', 'prod'],
    ['ci-prod', 'prod'],
  ])('could reach it if synthesis did not refuse the names: %s, %s', (name, other) => {
    expect(() => validateNames([name, other])).toThrow(EnvironmentError);
    expect(reaching(name, other)).not.toEqual([]);
  });
});
