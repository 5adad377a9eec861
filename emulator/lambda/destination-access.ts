/**
 * The action that a function's role needs to send to a destination:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export const destinationAction = (arn: string): string => (arn.split(':')[2] === 'sns' ? 'sns:Publish' : 'sqs:SendMessage');
