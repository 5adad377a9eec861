/**
 * The alarms that start a rollback, in the order in which the composite alarm names them, and what each alarm detects.
 * Definitions: modules/alarms/rollback-triggers.ts.
 */
export const ROLLBACK_TRIGGERS = {
  'event-driven-error-rate': 'more than 1 % of the event-driven requests are not answered through their event',
  'event-driven-errors': 'more than 10 event-driven requests a minute are not answered through their event',
  'event-driven-latency': 'answers of event-driven requests take more than twice as long to return as answers of polling requests',
  'delivery-failures': 'the event bus refuses events',
  'stream-lag': 'the stream is more than 5 s behind',
  'lost-answers': 'records, events or wakes fail after all retries',
  'probe-missing': 'no probe returns through stream and bus',
} as const;

/** Id of an alarm that starts a rollback. */
export type RollbackTrigger = keyof typeof ROLLBACK_TRIGGERS;
