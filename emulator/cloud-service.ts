import type { CloudOptions } from './cloud-options';
import type { FaultHooks } from './faults/fault-hooks';
import type { Faults } from './faults/faults';
import type { GatewayPorts } from './gateway/gateway-ports';
import type { EncryptionKey } from './kms/read-encryption-key';
import type { LambdaLink } from './lambda/lambda-link';
import type { LatencyHooks } from './latency/latency-hooks';
import type { Limits } from './limits';
import type { AccessOf } from './iam/required-access';
import type { Closeable, Logger, Principal, Principals, ServiceApi } from './services';
import type { CloudSpec, ResourcePolicySpec } from './specs';
import type { ComputedAttributes } from './terraform/computed-attributes';
import type { ResourceReader } from './terraform/resource-reader';

/** What every service of the local cloud can use when it starts. */
export interface Cloud {
  readonly options: CloudOptions;
  /** What the stack asks for. Every service has read its part of the stack before the first service starts. */
  readonly spec: CloudSpec;
  readonly region: string;
  readonly accountId: string;
  readonly limits: Limits;
  readonly log: Logger;
  /** The open ports of API Gateway. */
  readonly ports: GatewayPorts;
  /** Lambda, also for services that start before Lambda. */
  readonly functions: LambdaLink;
  /** The principal for calls from outside the functions. */
  readonly operator: Principal;
  /** The functions' execution environments, and the operator. */
  readonly principals: Principals;
  /** The APIs of the services that have started, by prefix. */
  readonly apis: Readonly<Record<string, ServiceApi>>;
  /** The rights that calls need, by the prefix of the API. */
  readonly access: Readonly<Record<string, AccessOf>>;
  readonly faults: Faults;
  readonly faultHooks: FaultHooks;
  readonly latencyHooks: LatencyHooks;
  /** Registers a part that must be closed. The part is closed also if a later part, or a later service, fails to start. */
  readonly started: <P extends Closeable>(part: P) => P;
}

/**
 * A service of AWS in the local cloud: a `service.ts` in a folder of the emulator, and a line in aws-services.ts.
 *
 * - `Spec`: what the service reads from the stack.
 * - `Needs`: what services above it in the list must offer.
 * - `Offers`: what the service offers to services below it, and to observers of the cloud.
 *
 * @example
 * export const ssm: CloudService<Pick<CloudSpec, 'parameters'>, object, object> = {
 *   read: (reader) => ({ parameters: readParameters(reader) }),
 *   start: () => ({}),
 *   api: ({ spec }) => ({ ssm: ssmService(spec.parameters) }),
 * };
 */
export interface CloudService<Spec, Needs, Offers> {
  /** The attributes that AWS computes for the service's resources. */
  readonly attributes?: ComputedAttributes;
  /** Types of the service's resources that change nothing in the local cloud, each with the reason. */
  readonly withoutEffect?: Readonly<Record<string, string>>;
  /** Reads the service's part of the stack. The local cloud knows the resource types that a service asks the reader for. */
  readonly read?: (reader: ResourceReader) => Spec;
  /** Reads the policies of the service's resources. */
  readonly readPolicies?: (reader: ResourceReader) => readonly ResourcePolicySpec[];
  /** Reads the keys that encrypt the service's resources. */
  readonly readKeys?: (reader: ResourceReader) => readonly EncryptionKey[];
  /** The rights that a call of the service's API needs, by the API's prefix. */
  readonly access?: Readonly<Record<string, AccessOf>>;
  readonly start: (cloud: Cloud & Needs) => Offers | Promise<Offers>;
  /** The service's API for the AWS SDK, by the API's prefix as in IAM actions: `sqs`. */
  readonly api?: (cloud: Cloud & Needs & Offers) => Readonly<Record<string, ServiceApi>>;
  /** Begins work that uses other services. All services have started then. */
  readonly begin?: (cloud: Cloud & Needs & Offers) => void;
}
