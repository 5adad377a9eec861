/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
import type { Access } from '../iam/evaluate';
import { keyAccess } from '../kms/key-access';
import type { Place } from '../iam/place';

/** The rights to publish to a topic; for its key see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
export const publishAccess = (topicArn: string, place: Place): Access[] => [
  { action: 'sns:Publish', resource: topicArn },
  ...keyAccess(topicArn, place, 'GenerateDataKey', 'Decrypt'),
];
