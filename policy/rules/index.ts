/** Every rule, in the order in which reports name them. */
import type { Rule } from '../rule';
import { alarmActions } from './alarm-actions';
import { alarmMissingData } from './alarm-missing-data';
import { alarmRunbook } from './alarm-runbook';
import { apiAccessLogs } from './api-access-logs';
import { apiThrottling } from './api-throttling';
import { bucketPublicAccess } from './bucket-public-access';
import { bucketTlsOnly } from './bucket-tls-only';
import { cloudformationStack } from './cloudformation-stack';
import { customerManagedKeys } from './customer-managed-keys';
import { functionUrl } from './function-url';
import { iamNeedsStar } from './iam-needs-star';
import { iamStars } from './iam-stars';
import { iamTrust } from './iam-trust';
import { kmsKeyRotation } from './kms-key-rotation';
import { lambdaAsyncFailures } from './lambda-async-failures';
import { lambdaConcurrency } from './lambda-concurrency';
import { lambdaEnvironmentSecrets } from './lambda-environment-secrets';
import { lambdaPermissionSource } from './lambda-permission-source';
import { lambdaRuntime } from './lambda-runtime';
import { lambdaTracing } from './lambda-tracing';
import { logRetention } from './log-retention';
import { mappingBounds } from './mapping-bounds';
import { mappingFailureDestination } from './mapping-failure-destination';
import { mappingFilter } from './mapping-filter';
import { mappingPartialFailures } from './mapping-partial-failures';
import { parameterSecret } from './parameter-secret';
import { queueEncrypted } from './queue-encrypted';
import { queueTlsOnly } from './queue-tls-only';
import { ruleDeadLetters } from './rule-dead-letters';
import { rulePinnedSource } from './rule-pinned-source';
import { statefulLoss } from './stateful-loss';
import { tableDeletionProtection } from './table-deletion-protection';
import { tableExpiry } from './table-expiry';
import { tableRecovery } from './table-recovery';
import { tagsComplete } from './tags-complete';
import { tagsKept } from './tags-kept';
import { topicPublishers } from './topic-publishers';
import { topicTlsOnly } from './topic-tls-only';
import { websocketConnectAuthorised } from './websocket-connect-authorised';
import { websocketIntegrationResponse } from './websocket-integration-response';

export const RULES: readonly Rule[] = [
  statefulLoss,
  iamStars,
  iamNeedsStar,
  iamTrust,
  lambdaEnvironmentSecrets,
  parameterSecret,
  lambdaPermissionSource,
  functionUrl,
  cloudformationStack,
  websocketConnectAuthorised,
  websocketIntegrationResponse,
  bucketPublicAccess,
  bucketTlsOnly,
  queueTlsOnly,
  queueEncrypted,
  topicTlsOnly,
  topicPublishers,
  customerManagedKeys,
  kmsKeyRotation,
  lambdaTracing,
  lambdaConcurrency,
  lambdaAsyncFailures,
  lambdaRuntime,
  mappingFailureDestination,
  mappingPartialFailures,
  mappingBounds,
  mappingFilter,
  ruleDeadLetters,
  rulePinnedSource,
  tableRecovery,
  tableExpiry,
  tableDeletionProtection,
  apiAccessLogs,
  apiThrottling,
  logRetention,
  alarmActions,
  alarmMissingData,
  alarmRunbook,
  tagsComplete,
  tagsKept,
];
