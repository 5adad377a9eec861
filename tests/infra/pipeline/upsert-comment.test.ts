import fs from 'node:fs';
import path from 'node:path';
import { MARKER } from '../../../policy/summary/summary-markdown';
import upsertComment from '../../../scripts/upsert-comment';
import { inTemporaryDirectory } from '../../support/infra-stack';

interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly type: string };
}

/** The part of GitHub's API that holds the comments of one pull request. */
function gitHubWith(comments: Comment[]) {
  const issues = {
    listComments: () => comments,
    createComment: ({ body }: { body: string }) => comments.push({ id: comments.length + 1, body, user: { type: 'Bot' } }),
    updateComment: (change: { comment_id: number; body: string }) => {
      for (const comment of comments) if (comment.id === change.comment_id) comment.body = change.body;
    },
  };
  return { rest: { issues }, paginate: async (list: () => Comment[]) => list() };
}

const context = { repo: { owner: 'ours', repo: 'http-tunnel' }, issue: { number: 7 } };

async function post(comments: Comment[], text: string): Promise<string[]> {
  const file = inTemporaryDirectory((directory) => path.join(`${directory}-comment.md`));
  fs.writeFileSync(file, text);
  try {
    await upsertComment({ github: gitHubWith(comments), context, file });
  } finally {
    fs.rmSync(file);
  }
  return comments.map(({ body }) => body);
}

describe('the pull request comment with the plan', () => {
  it('is written once and then updated, and other comments stay unchanged', async () => {
    const comments: Comment[] = [{ id: 1, body: 'Looks good', user: { type: 'User' } }];
    await post(comments, `${MARKER}\nfirst`);
    expect(await post(comments, `${MARKER}\nsecond`)).toEqual(['Looks good', `${MARKER}\nsecond`]);
  });

  it('does not overwrite a comment of a person that contains the marker', async () => {
    const copied = `${MARKER}\ncopied`;
    expect(await post([{ id: 1, body: copied, user: { type: 'User' } }], `${MARKER}\nours`)).toEqual([copied, `${MARKER}\nours`]);
  });

  it('is refused when it has no marker by which the next run can find it', async () => {
    await expect(post([], 'no marker')).rejects.toThrow('is not a comment of npm run plan:summary');
  });
});
