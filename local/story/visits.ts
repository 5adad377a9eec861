import type { VisitRecord } from '../../emulator/http-edge/visitor-server';

/** A visitor's request and its answer, as both passed API Gateway. Times are in ms since the epoch. */
export interface Visit {
  /** When it was answered. */
  readonly at: number;
  readonly method: string;
  /** Without the query, which may hold secrets. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  /** Missing when API Gateway answered by itself. */
  readonly requestId?: string;
  /** Code of an error of the tunnel's own. */
  readonly error?: string;
}

export interface Visits {
  /** Newest first. */
  recent(limit: number): readonly Visit[];
  /** Oldest first. */
  since(at: number): readonly Visit[];
}

/** Visits that are kept: a minute of 300 a second. */
const MAX_VISITS = 20_000;

/** Keeps the newest visits of the local cloud. */
export class LocalVisits implements Visits {
  private visits: Visit[] = [];

  constructor(private readonly maxVisits = MAX_VISITS) {}

  add({ at, method, path, status, latencyMs, headers }: VisitRecord): void {
    const [requestId, error] = ['x-tunnel-request-id', 'x-tunnel-error'].map((field) => headers.find(([name]) => name === field)?.[1]);
    this.visits.push({ at, method, path, status, ms: latencyMs, ...(requestId && { requestId }), ...(error && { error }) });
    // Seldom, because it copies all that are left.
    if (this.visits.length >= 2 * this.maxVisits) this.visits = this.kept();
  }

  recent(limit: number): readonly Visit[] {
    return this.kept().slice(-limit).reverse();
  }

  since(at: number): readonly Visit[] {
    return this.kept().filter((visit) => visit.at >= at);
  }

  private kept(): Visit[] {
    return this.visits.slice(-this.maxVisits);
  }
}
