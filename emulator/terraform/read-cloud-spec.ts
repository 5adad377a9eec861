import type { CloudSpec } from '../specs';
import { computedAttributes, type Account, type Endpoints } from './computed-attributes';
import { readAlarms } from '../cloudwatch/alarms/read-alarms';
import { readHttpApis, readWebSocketApis } from '../gateway/read-apis';
import { readBuckets } from '../s3/read-buckets';
import { readMappings, readParameters, readQueues, readTables } from '../dynamodb/read-tables';
import { readBuses, readRules } from '../events/read-events';
import { readFunctions, readPermissions } from '../lambda/read-functions';
import { readEncryptionKeys, readResourcePolicies, readRoles } from '../iam/read-roles';
import { readTopics } from '../sns/read-topics';
import { Resolver } from './resolver';
import { ResourceReader } from './resource-reader';
import type { Stack } from './stack';
import { TerraformError } from './terraform-error';

/** Resource types that have no effect at run time in the local cloud, each with the reason. */
const NO_RUN_TIME_MEANING: Readonly<Record<string, string>> = {
  aws_cloudwatch_dashboard: 'a page that AWS draws',
  aws_cloudwatch_log_group: 'where log lines are kept and for how long: here they go to the terminal',
  aws_kms_key: 'nothing is encrypted here; the right to use a key is asked for all the same, of roles and not of its own policy',
  aws_s3_bucket_ownership_controls: 'whose objects are that others put in, and whether ACLs count: here there are neither',
  aws_s3_bucket_public_access_block: 'that nobody is let in without a signature: here nobody is in any case',
};

export interface ReadOptions extends Account {
  readonly endpoints: Endpoints;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Reads everything from a stack that the local cloud runs.
 * @throws TerraformError for a resource type that no reader reads and that is not in `NO_RUN_TIME_MEANING`
 */
export function readCloudSpec(stack: Stack, options: ReadOptions): CloudSpec {
  const resolver = new Resolver(stack, computedAttributes(options, options.endpoints), options.variables);
  const reader = new ResourceReader(stack, resolver);
  const spec: CloudSpec = {
    region: options.region,
    accountId: options.accountId,
    functions: readFunctions(reader),
    tables: readTables(reader),
    mappings: readMappings(reader),
    queues: readQueues(reader),
    buckets: readBuckets(reader),
    buses: readBuses(reader),
    rules: readRules(reader),
    permissions: readPermissions(reader),
    httpApis: readHttpApis(reader),
    webSocketApis: readWebSocketApis(reader),
    parameters: readParameters(reader),
    roles: readRoles(reader),
    resourcePolicies: readResourcePolicies(reader),
    topics: readTopics(reader),
    alarms: readAlarms(reader),
    encryptionKeys: readEncryptionKeys(reader),
    outputs: Object.fromEntries(
      Object.entries(stack.outputs).map(([name, { value }]) => [name, resolver.resolve(value, `output.${name}`) as string]),
    ),
  };
  const unknown = reader.unread().find(({ type }) => !(type in NO_RUN_TIME_MEANING));
  if (unknown) {
    throw new TerraformError(
      `${unknown.address}: the local cloud does not know ${unknown.type}. Teach it (a reader in emulator/terraform/), or list it in emulator/terraform/read-cloud-spec.ts as without run-time meaning`,
    );
  }
  return spec;
}
