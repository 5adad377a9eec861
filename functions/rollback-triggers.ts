/**
 * The alarms that start a rollback, in the order in which the composite alarm names them, and what each alarm detects.
 * Definitions: modules/alarms/rollback-triggers.ts.
 */
export const ROLLBACK_TRIGGERS = {
  'event-driven-error-rate': 'too large a share of the event-driven requests misses its event',
  'event-driven-errors': 'too many event-driven requests miss their event, where there are few requests',
  'event-driven-latency': 'event-driven requests are twice as slow as polling',
  'delivery-failures': 'the bus refuses events',
  'stream-lag': 'the stream is 5 s behind',
  'lost-answers': 'records, events or wakes are given up',
  'probe-missing': 'no probe comes back through stream and bus',
} as const;

/** Id of such an alarm. */
export type RollbackTrigger = keyof typeof ROLLBACK_TRIGGERS;
