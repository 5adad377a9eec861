/** What a request was assigned to; `mode` is what was done (an unready wake socket makes an assigned request poll). */
export type Cohort = 'event-driven' | 'polling';

/** How a waiter learns of its answer; chosen once, by the waiter, and written into the row. */
export type Mode = 'polling' | 'bus' | 'direct';
