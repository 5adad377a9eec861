export interface UpsertComment {
  /** The object that actions/github-script provides. */
  readonly github: unknown;
  readonly context: unknown;
  /** The file with the comment's text. */
  readonly file: string;
}

/** @throws Error when the text does not begin with the marker of `npm run plan:summary` */
export default function upsertComment(options: UpsertComment): Promise<void>;
