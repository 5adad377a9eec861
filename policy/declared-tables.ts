/** What each table keeps and for how long. A table that is not listed must meet the strictest settings. */
export interface DeclaredTable {
  /** Point-in-time recovery, which keeps everything that was in the table for 35 days. */
  readonly recovery: boolean;
  /** The TTL attribute, whose time removes a row; null: rows stay. */
  readonly expiry: string | null;
  /** Whether the table has deletion protection in environments that require it. */
  readonly protected: boolean;
  readonly because: string;
}

/** By the resource's name. */
export const DECLARED_TABLES: Readonly<Record<string, DeclaredTable>> = {
  tunnels: {
    recovery: true,
    expiry: null,
    protected: true,
    because: 'the table holds names and their owners, which cannot be recreated; a lease ends at its time, without a removal of its row',
  },
  'pending-requests': {
    recovery: false,
    expiry: 'expiresAt',
    protected: false,
    because: "the table holds visitors' bodies for some seconds; recovery would keep the bodies for 35 days",
  },
};
