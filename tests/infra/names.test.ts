import { App, TerraformOutput } from 'cdktf';
import { Construct } from 'constructs';
import { AddressCollisionError, NamedStack } from '../../modules/named-stack';
import { PhysicalNameError, physicalName } from '../../environments/physical-name';
import { inTemporaryDirectory } from '../support/infra-stack';

describe('a physical name', () => {
  it('consists of project, environment and thing', () => {
    expect(physicalName('queue', 'dev', 'wake-failures')).toBe('http-tunnel-dev-wake-failures');
  });

  it('may be as long as its service allows, and no longer', () => {
    const prefix = 'http-tunnel-dev-'.length;
    expect(physicalName('role', 'dev', 'x'.repeat(64 - prefix))).toHaveLength(64);
    const tooLong = 'x'.repeat(65 - prefix);
    expect(() => physicalName('role', 'dev', tooLong)).toThrow(PhysicalNameError);
    expect(() => physicalName('role', 'dev', tooLong)).toThrow('has 65 characters, but only 64 are allowed: shorten');
    expect(physicalName('table', 'dev', tooLong)).toHaveLength(65);
  });

  it.each([['Upper'], ['under_score'], ['dot.ted'], ['']])('may not be made from %j, which some service would refuse', (thing) => {
    expect(() => physicalName('api', 'dev', thing)).toThrow(PhysicalNameError);
  });
});

describe('a Terraform name', () => {
  /** Names that a stack gives to outputs at these construct paths. */
  const namesOf = (...paths: readonly (readonly string[])[]): string[] =>
    inTemporaryDirectory((outdir) => {
      const stack = new NamedStack(new App({ outdir }), 'stack');
      return paths.map((path) => {
        const scope = path.slice(0, -1).reduce<Construct>((parent, id) => parent.node.tryFindChild(id) ?? new Construct(parent, id), stack);
        return new TerraformOutput(scope, path.at(-1) ?? '', { value: '' }).friendlyUniqueId;
      });
    });

  it('consists of the construct ids along the path, without ids that are Default', () => {
    expect(namesOf(['alone'], ['gateway', 'route'], ['gateway', 'Default'], ['bus', 'target', 'Default'])).toEqual([
      'alone',
      'gateway-route',
      'gateway',
      'bus-target',
    ]);
  });

  it('is refused when another resource already has it', () => {
    expect(() => namesOf(['agent', 'gateway-route'], ['agent-gateway', 'route'])).toThrow(AddressCollisionError);
  });
});
