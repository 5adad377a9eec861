const { readFileSync } = require('node:fs');

/** The first line of every comment that `npm run plan:summary` makes. It identifies the comment of an earlier run. */
const MARKER = '<!-- http-tunnel plan -->';

/**
 * Writes the single plan comment of a pull request: creates it, or replaces the text of an earlier run's comment. For
 * actions/github-script.
 * @param {{ github: any, context: any, file: string }} options
 */
module.exports = async function upsertComment({ github, context, file }) {
  const body = readFileSync(file, 'utf8');
  if (!body.startsWith(MARKER)) throw new Error(`${file} is not a comment of npm run plan:summary: the file must begin with ${MARKER}`);
  const issue = { ...context.repo, issue_number: context.issue.number };
  const comments = await github.paginate(github.rest.issues.listComments, { ...issue, per_page: 100 });
  const earlier = comments.find((comment) => comment.user?.type === 'Bot' && comment.body?.startsWith(MARKER));
  if (earlier) return github.rest.issues.updateComment({ ...context.repo, comment_id: earlier.id, body });
  return github.rest.issues.createComment({ ...issue, body });
};
