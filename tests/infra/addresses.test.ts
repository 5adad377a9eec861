import { environmentNames, stackOf, toAddress } from '../support/infra-stack';
import { expectedAddresses } from '../../modules/addresses';

describe.each(environmentNames)('the stack of %s', (name) => {
  const stack = stackOf(name);

  it('has exactly the resources that have a reason', () => {
    expect(stack.addresses).toEqual(Object.keys(expectedAddresses(name)).sort());
  });

  it('refers only to resources and variables that it has', () => {
    const known = new Set([
      ...stack.addresses,
      ...Object.keys(stack.json.variable).map((variable) => `var.${variable}`),
    ]);
    expect(stack.interpolations.map(toAddress).filter((address) => !known.has(address))).toEqual([]);
  });

  it('has no resource that depends on itself by any way', () => {
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
    expect(Object.keys(stack.json.output).sort()).toEqual([
      'agent_endpoint',
      'event_bus',
      'pending_requests_table',
      'tunnels_table',
      'visitor_url',
    ]);
  });
});
