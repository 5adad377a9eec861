import type { BenchResult } from '../bench';
import { costOf, monthlyCost, totalOf } from '../cost';
import type { TimeHistogram } from '../histogram';
import { PRICES, PRICES_AS_OF } from '../prices';
import { returnPaths } from '../return-path';
import type { Measurement } from '../runner';
import { pendingReadsPerRequest, planPromises, targets } from '../verdicts';

/** Every figure of a run, as numbers; times in ms. */
export function jsonReport(result: BenchResult): object {
  const { options, limit, contenders } = result;
  return {
    profile: options.latency.name,
    ...(options.latency.figures && { latencyFigures: options.latency.figures }),
    seed: options.seed,
    contenders: Object.fromEntries(contenders.map((each) => [each.name, figuresOf(each)])),
    limitMs: limit.returned.summary(),
    limit: figuresOf(limit),
    load: {
      requests: options.requests,
      block: options.block,
      ratePerSecond: options.rate,
      agentMedianMs: options.agentMedian,
      agentSigma: options.agentSigma,
      answerBytes: options.bytes,
      memoryMb: Object.fromEntries(limit.cpu.map(({ functionName, memoryMb }) => [functionName, memoryMb])),
    },
    latenessMs: result.lateness.summary(),
    warmUp: result.warmUps,
    returnPathMs: returnPaths([...contenders, limit], options.latency),
    targets: targets(result),
    planPromises: planPromises(result),
    prices: { asOf: PRICES_AS_OF, ...PRICES },
    ...(result.overhead && { overhead: result.overhead }),
    startedAt: result.startedAt.toISOString(),
    seconds: result.seconds,
  };
}

function figuresOf(measurement: Measurement): object {
  const { usage, requests } = measurement;
  const cost = costOf(usage);
  const usdPerMillion = totalOf(cost);
  const per = (count: number): number => count / Math.max(1, usage.requests);
  const times = (of: TimeHistogram): object => ({ ...of.summary() });
  return {
    requests,
    returnMs: times(measurement.returned),
    responseMs: times(measurement.response),
    billedMs: times(measurement.billed),
    billedMsMean: measurement.billed.summary().mean,
    pendingReadsPerRequest: pendingReadsPerRequest(measurement),
    otherReadsPerRequest: per(usage.otherReads),
    writesPerRequest: per(usage.writes),
    readUnitsPerRequest: per(usage.readUnits),
    writeUnitsPerRequest: per(usage.writeUnits),
    eventsPerRequest: per(usage.events),
    messagesPerRequest: per(usage.webSocketMessages),
    invocationsPerRequest: Object.fromEntries(Object.entries(usage.invocations).map(([name, count]) => [name, per(count)])),
    usdPerMillion,
    usdPerMillionByComponent: cost,
    usdPerMonthFor100Tunnels: monthlyCost(usdPerMillion, 100),
    fallbackShare: per(measurement.fallbacks),
    cpuMsPerRequest: Object.fromEntries(measurement.cpu.map(({ functionName, usedMs }) => [functionName, per(usedMs)])),
    stoppedMsPerRequest: Object.fromEntries(
      measurement.cpu.map(({ functionName, stoppedMs }) => [functionName, stoppedMs === undefined ? null : per(stoppedMs)]),
    ),
    cold: { requests: measurement.cold, returnMs: times(measurement.coldReturn) },
    errors: measurement.errors,
    lost: measurement.lost,
    late: measurement.late,
    leftovers: measurement.leftovers,
  };
}
