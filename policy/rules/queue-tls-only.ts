import { resourceRule, unless } from '../rule';
import { deniesPlainHttp, statementsAt } from '../terraform/policy-document';
import { ofType } from '../terraform/terraform-model';

export const queueTlsOnly = resourceRule({
  id: 'queue-tls-only',
  sentence: 'A queue refuses calls without TLS, so that nobody can read a message in transit.',
  remedy: "In the queue's policy, deny sqs:* to everybody if aws:SecureTransport is false.",
  types: ['aws_sqs_queue'],
  check: (queue, { model }) => {
    const policies = ofType(model, 'aws_sqs_queue_policy').filter((policy) => queue.isMeantBy(policy.optionalText('queue_url')));
    const statements = [queue, ...policies].flatMap((holder) => statementsAt(holder, 'policy'));
    return unless(deniesPlainHttp(statements, 'sqs:*'), 'no policy denies calls without TLS');
  },
});
