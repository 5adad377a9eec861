import {
  environmentNames,
  awsEnvironmentNames,
  bootstrapOf,
  prodWithDomain,
  stackOf,
  synthesizeStack,
  toAddress,
} from '../support/infra-stack';
import { environments } from '../../environments';
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

const stacks = [
  ...environmentNames.map((name) => ({
    title: name,
    stack: stackOf(name),
    addresses: expectedAddresses(name),
    outputs: name === 'local' ? WITH_DOMAIN : OUTPUTS,
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
    outputs: OUTPUTS,
  },
  ...awsEnvironmentNames.map((name) => ({
    title: `the account of ${name}`,
    stack: bootstrapOf(name),
    addresses: expectedBootstrapAddresses(name),
    outputs: [`deploy_role_${name}`, `plan_role_${name}`, 'state_bucket'],
  })),
];

describe.each(stacks)('the stack of $title', ({ stack, addresses, outputs }) => {
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

  it('describes every output and variable', () => {
    const described = { ...stack.json.output, ...stack.json.variable };
    const silent = Object.keys(described).filter((key) => !described[key]?.['description']);
    expect(silent).toEqual([]);
    expect(Object.keys(stack.json.output).sort()).toEqual(outputs);
  });
});
