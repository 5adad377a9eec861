import { resourceRule, unless } from '../rule';
import { deniesPlainHttp, statementsAt } from '../terraform/policy-document';
import { policiesOf } from '../terraform/topic-policies';

export const topicTlsOnly = resourceRule({
  id: 'topic-tls-only',
  sentence: 'A topic refuses notifications that do not come over TLS, so that none can be read on its way.',
  remedy: "Add a Deny of sns:Publish for everybody where aws:SecureTransport is false to the topic's policy (AlarmTopic does).",
  types: ['aws_sns_topic'],
  check: (topic, { model }) => {
    const statements = policiesOf(topic, model).flatMap((holder) => statementsAt(holder, 'policy'));
    return unless(deniesPlainHttp(statements, 'sns:Publish'), 'no policy denies calls without TLS');
  },
});
