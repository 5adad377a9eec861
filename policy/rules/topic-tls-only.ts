import { resourceRule, unless } from '../rule';
import { deniesPlainHttp, statementsAt } from '../terraform/policy-document';
import { policiesOf } from '../terraform/topic-policies';

export const topicTlsOnly = resourceRule({
  id: 'topic-tls-only',
  sentence: 'A topic refuses notifications without TLS, so that nobody can read a notification in transit.',
  remedy: "In the topic's policy, deny sns:Publish to everybody if aws:SecureTransport is false, as AlarmTopic does.",
  types: ['aws_sns_topic'],
  check: (topic, { model }) => {
    const statements = policiesOf(topic, model).flatMap((holder) => statementsAt(holder, 'policy'));
    return unless(deniesPlainHttp(statements, 'sns:Publish'), 'no policy denies calls without TLS');
  },
});
