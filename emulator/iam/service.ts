import type { CloudService } from '../cloud-service';
import type { CloudSpec } from '../specs';
import { Iam } from './iam';
import { Permissions } from './permissions';
import { readPermissions } from './read-permissions';
import { readRoles } from './read-roles';

export interface IamOffers {
  readonly iam: Iam;
  readonly permissions: Permissions;
}

export const iam: CloudService<Pick<CloudSpec, 'roles' | 'permissions'>, object, IamOffers> = {
  attributes: {
    aws_iam_role: {
      arn: ({ accountId, own }) => `arn:aws:iam::${accountId}:role/${own('name')}`,
      id: ({ own }) => own('name'),
    },
  },
  read: (reader) => ({ roles: readRoles(reader), permissions: readPermissions(reader) }),
  start: ({ spec, access, operator, log, options: { onDecision } }) => ({
    iam: new Iam({ spec, access, operator, warn: (text) => log.warn(text), ...(onDecision && { onDecision }) }),
    permissions: new Permissions(spec.permissions),
  }),
};
