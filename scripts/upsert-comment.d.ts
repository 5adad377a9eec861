export interface UpsertComment {
  /** What actions/github-script gives. */
  readonly github: unknown;
  readonly context: unknown;
  /** The comment's text. */
  readonly file: string;
}

/** @throws Error when the text does not begin with the marker of `npm run plan:summary` */
export default function upsertComment(options: UpsertComment): Promise<void>;
