import { EventEmitter } from 'node:events';
import type { Alarms, Metrics } from './observations';

/** What the local cloud observes until it has a CloudWatch. */
export const NO_METRICS: Metrics = { list: () => [], read: () => [] };
export const NO_ALARMS: Alarms = { list: () => [], history: () => [], events: new EventEmitter() };
