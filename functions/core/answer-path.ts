/** The group that a request was assigned to. Its `mode` can differ: without a ready wake socket, an event-driven request polls. */
export type Cohort = 'event-driven' | 'polling';

/** How a waiter learns of its answer. The waiter chooses the mode once and writes it into the row. */
export type Mode = 'polling' | 'bus' | 'direct';
