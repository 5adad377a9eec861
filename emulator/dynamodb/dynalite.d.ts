declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Times in ms. Without `path` the data is in memory. */
  export interface DynaliteOptions {
    createTableMs?: number;
    maxItemSizeKb?: number;
    path?: string;
  }
  export default function dynalite(options?: DynaliteOptions): Server;
}
