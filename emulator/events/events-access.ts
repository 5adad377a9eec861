/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
import type { PutEventsEntry } from './put-events';
import type { AwsCall } from '../services';
import type { Access } from '../iam/evaluate';
import type { Place } from '../iam/place';

/** PutEvents is allowed only if every bus, source and detail type of its entries is allowed. */
export function eventsAccess({ operation, input }: Pick<AwsCall, 'operation' | 'input'>, place: Place): Access[] {
  const action = `events:${operation}`;
  const { Entries: entries } = input;
  if (operation !== 'PutEvents' || !Array.isArray(entries)) return [{ action, resource: '*' }];
  const all = (entries as PutEventsEntry[]).map(({ EventBusName: bus = 'default', Source: source, DetailType: detailType }): Access => ({
    action,
    resource: bus.startsWith('arn:') ? bus : place.arn('events', `event-bus/${bus}`),
    context: { 'events:source': source, 'events:detail-type': detailType },
  }));
  return [...new Map(all.map((access) => [JSON.stringify(access), access])).values()];
}
