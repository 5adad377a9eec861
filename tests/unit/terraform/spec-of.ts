import { readCloudSpec } from '../../../local/terraform/read-cloud-spec';
import type { Attributes, Stack } from '../../../local/terraform/stack';
import type { CloudSpec } from '../../../local/specs';

/** What a stack of these resources, by address, asks the local cloud to run. */
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
  return readCloudSpec(stack, {
    region: 'eu-central-1',
    accountId: '000000000000',
    endpoints: { visitors: 'http://127.0.0.1:8080', webSockets: 'ws://127.0.0.1:8081' },
    variables: {},
  });
}
