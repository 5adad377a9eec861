import {
  environmentNames,
  awsEnvironmentNames,
  bootstrapOf,
  prodWithDomain,
  prodWithDoor,
  stackOf,
  synthesizeStack,
  toAddress,
} from '../support/infra-stack';
import { environments, type EnvironmentName } from '../../environments';
import { DOMAIN, expectedAddresses, expectedBootstrapAddresses, NOTIFIED_PERSON } from '../../modules/addresses';

const OUTPUTS = [
  'agent_endpoint',
  'alarm_topic',
  'alarms',
  'dashboard',
  'event_bus',
  'pending_requests_table',
  'tunnels_table',
  'visitor_url',
];
const WITH_DOMAIN = [...OUTPUTS, 'tunnel_domain'].sort();
const WITH_DOOR = [...OUTPUTS, 'stream_url'].sort();
const OUTPUTS_OF: Readonly<Record<EnvironmentName, readonly string[]>> = {
  dev: WITH_DOOR,
  staging: OUTPUTS,
  prod: OUTPUTS,
  local: [...WITH_DOOR, 'tunnel_domain'].sort(),
};

const stacks = [
  ...environmentNames.map((name) => ({
    title: name,
    stack: stackOf(name),
    addresses: expectedAddresses(name),
    outputs: OUTPUTS_OF[name],
  })),
  {
    title: 'prod with a domain',
    stack: synthesizeStack(prodWithDomain),
    addresses: { ...expectedAddresses('prod'), ...DOMAIN },
    outputs: WITH_DOMAIN,
  },
  {
    title: 'dev with somebody to notify',
    stack: synthesizeStack({
      ...environments.dev,
      alarms: { ...environments.dev.alarms, notifyEmail: 'ops@example.com' },
    }),
    addresses: { ...expectedAddresses('dev'), ...NOTIFIED_PERSON },
    outputs: WITH_DOOR,
  },
  {
    title: 'dev with a function that answers hellos',
    stack: synthesizeStack({ ...environments.dev, wakeHello: 'function' }),
    addresses: expectedAddresses('dev', { wakeHello: 'function' }),
    outputs: WITH_DOOR,
  },
  {
    title: 'dev without a streaming door',
    stack: synthesizeStack({ ...environments.dev, streamingDoor: false }),
    addresses: expectedAddresses('dev', { streamingDoor: false }),
    outputs: OUTPUTS,
  },
  {
    title: 'prod with a streaming door',
    stack: synthesizeStack(prodWithDoor),
    addresses: expectedAddresses('prod', { streamingDoor: true }),
    outputs: WITH_DOOR,
  },
  ...awsEnvironmentNames.map((name) => ({
    title: `the account of ${name}`,
    stack: bootstrapOf(name),
    addresses: expectedBootstrapAddresses(name),
    outputs: [`deploy_role_${name}`, `plan_role_${name}`, 'state_bucket'],
  })),
];

/** The parts of an API that a deployment of its stage contains. */
const DEPLOYED = ['aws_apigatewayv2_route', 'aws_apigatewayv2_route_response', 'aws_apigatewayv2_integration_response'];

describe.each(stacks)('the stack of $title', ({ stack, addresses, outputs }) => {
  /** All that a resource depends on, directly or through other resources. */
  const reachable = (from: string, found = new Set<string>()): Set<string> => {
    for (const next of stack.dependencies(from)) if (!found.has(next)) reachable(next, found.add(next));
    return found;
  };

  it('has exactly the resources for which a reason is written', () => {
    expect(stack.addresses).toEqual(Object.keys(addresses).sort());
  });

  it('refers only to resources and variables that it has', () => {
    const known = new Set([...stack.addresses, ...Object.keys(stack.json.variable ?? {}).map((variable) => `var.${variable}`)]);
    expect(stack.interpolations.map(toAddress).filter((address) => !known.has(address))).toEqual([]);
  });

  it('has no resource that depends on itself, directly or through other resources', () => {
    const done = new Set<string>();
    const visit = (address: string, way: readonly string[]): void => {
      if (way.includes(address)) throw new Error(`cycle: ${[...way, address].join(' → ')}`);
      if (done.has(address)) return;
      for (const next of stack.dependencies(address)) visit(next, [...way, address]);
      done.add(address);
    };
    for (const address of stack.addresses) visit(address, []);
    expect(done.size).toBe(stack.addresses.length);
  });

  // "At least one route is required before deploying the Api": and a deployment without the responses would refuse every waiter.
  it('has no stage that is made before a route, route response or integration response of its API', () => {
    const apiOf = (address: string): unknown => stack.resource(address)['api_id'];
    const early = stack.resources('aws_apigatewayv2_stage').flatMap(([stage, { api_id }]) => {
      const before = reachable(stage);
      return DEPLOYED.flatMap((type) => stack.resources(type))
        .filter(([part]) => apiOf(part) === api_id && !before.has(part))
        .map(([part]) => `${stage} does not wait for ${part}`);
    });
    expect(early).toEqual([]);
  });

  it('has nothing that waits for a stage, but the mapping of a domain to it', () => {
    const waiting = stack.addresses.filter((address) =>
      stack.dependencies(address).some((dependency) => dependency.startsWith('aws_apigatewayv2_stage.')),
    );
    expect(waiting.filter((address) => !address.startsWith('aws_apigatewayv2_api_mapping.'))).toEqual([]);
    expect(waiting).toHaveLength(stack.resources('aws_apigatewayv2_api_mapping').length);
  });

  it('describes every output and variable', () => {
    const described = { ...stack.json.output, ...stack.json.variable };
    const silent = Object.keys(described).filter((key) => !described[key]?.['description']);
    expect(silent).toEqual([]);
    expect(Object.keys(stack.json.output).sort()).toEqual(outputs);
  });
});
