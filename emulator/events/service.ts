import type { CloudService } from '../cloud-service';
import type { Permissions } from '../iam/permissions';
import { attachedPolicies } from '../iam/read-policies';
import type { Queues } from '../services';
import type { CloudSpec } from '../specs';
import { EventBuses } from './event-bus';
import { eventsAccess } from './events-access';
import { readBuses, readRules } from './read-events';
import { Schedules } from './schedules';

interface EventsNeeds {
  readonly permissions: Permissions;
  readonly guardedQueues: Queues;
}

/** EventBridge: buses, and rules that match a pattern. */
export const events: CloudService<Pick<CloudSpec, 'buses' | 'rules'>, EventsNeeds, { readonly buses: EventBuses }> = {
  attributes: {
    aws_cloudwatch_event_bus: { arn: ({ arn, own }) => arn('events', `event-bus/${own('name')}`) },
    aws_cloudwatch_event_rule: {
      arn: ({ arn, own }) => arn('events', ['rule', own('event_bus_name'), own('name')].filter((part) => part !== '').join('/')),
    },
  },
  access: { events: eventsAccess },
  read: (reader) => ({ buses: readBuses(reader), rules: readRules(reader) }),
  readPolicies: (reader) =>
    attachedPolicies(reader, 'aws_cloudwatch_event_bus_policy', {
      by: 'event_bus_name',
      of: 'aws_cloudwatch_event_bus',
      attribute: 'name',
      noun: 'event bus',
    }),
  start: ({ spec: { buses, rules }, functions, permissions, guardedQueues, limits, started, ...cloud }) => {
    const { accountId, region, log, latencyHooks, faultHooks } = cloud;
    return {
      buses: started(
        new EventBuses({
          ...latencyHooks,
          ...faultHooks,
          buses,
          rules,
          invoker: functions,
          permissions,
          queues: guardedQueues,
          limits: limits.events,
          accountId,
          region,
          log,
        }),
      ),
    };
  },
  api: ({ buses }) => ({ events: buses.service }),
};

/** EventBridge: rules with a schedule. */
export const schedules: CloudService<object, { readonly buses: EventBuses }, { readonly schedules: Schedules }> = {
  start: ({ spec: { rules }, buses, accountId, region, started }) => ({
    schedules: started(new Schedules({ rules, buses, accountId, region })),
  }),
  begin: ({ schedules }) => schedules.start(),
};
