/** What sending to a destination takes: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export const destinationAction = (arn: string): string => (arn.split(':')[2] === 'sns' ? 'sns:Publish' : 'sqs:SendMessage');
