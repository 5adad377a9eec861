import { SERVICES } from '../../emulator/aws-services';
import type { Attributes, Stack } from '../../emulator/terraform/stack';
import type { CloudSpec } from '../../emulator/specs';

/** The specification of the local cloud that is read from a stack of these resources, given by address. */
export function specOf(resources: Record<string, Attributes>): CloudSpec {
  const stack: Stack = {
    directory: '/stack',
    variables: {},
    outputs: {},
    resources: Object.entries(resources).map(([address, attributes]) => {
      const [type = '', name = ''] = address.split('.');
      return { address, type, name, attributes };
    }),
  };
  return SERVICES.read(stack, {
    region: 'eu-central-1',
    accountId: '000000000000',
    endpoints: { visitors: 'http://127.0.0.1:8080', webSockets: 'ws://127.0.0.1:8081', functionUrl: 'http://127.0.0.1:8082' },
    variables: {},
  });
}
