import { resourcesIn } from '../../emulator/terraform/stack';
import type { Findings } from '../../oracle/consult';
import type { Difference } from '../../oracle/plan-differences';
import type { Refusal } from '../../oracle/terraform-messages';

export const RESOURCES = resourcesIn({
  resource: {
    aws_sqs_queue: { a: {}, b: {} },
    aws_sqs_queue_policy: { a: { queue_url: '${aws_sqs_queue.a.url}' } },
    aws_lambda_function: { sweep: { kms_key_arn: 'y' } },
  },
});
const ADDRESSES = RESOURCES.map(({ address }) => address);

/** What the oracle finds when nothing is wrong. */
export const FAULTLESS: Findings = {
  versions: { terraform: '1.11.4', provider: '5.100.0' },
  resources: ADDRESSES,
  applied: ADDRESSES,
  refusals: [],
  blocked: new Map(),
  warnings: [],
  differences: [],
  visit: { outcome: 'answered', waitedMs: 41.7 },
  remaining: [],
  interrupted: false,
};

export const REFUSAL: Refusal = { step: 'apply', address: 'aws_sqs_queue.a', kind: 'unsupported', message: 'CreateQueue, StatusCode: 501' };

export const DIFFERENCE: Difference = {
  address: 'aws_lambda_function.sweep',
  action: 'update',
  attribute: 'kms_key_arn',
  endpoint: '""',
  stack: `"${'y'.repeat(999)}"`,
};
