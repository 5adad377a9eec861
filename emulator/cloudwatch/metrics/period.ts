/** Allowed periods below a minute, in seconds: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html */
const SHORT_PERIODS = [1, 5, 10, 20, 30];

/** @param seconds */
export const isPeriod = (seconds: number): boolean => SHORT_PERIODS.includes(seconds) || (seconds > 0 && seconds % 60 === 0);
