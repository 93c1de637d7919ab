import type { Product } from '../../test-sip/support/product.ts';
import type { Figure } from './report.ts';

const STALLS = 'didfarm_sip_loop_stall_seconds';
const COLLECTIONS = 'didfarm_sip_nodejs_gc_duration_seconds';
const KINDS = ['minor', 'incremental', 'major'] as const;

/** What the product's own metrics say of its SIP thread so far, by the name of the series. */
export type SipThread = ReadonlyMap<string, number>;

export async function readSipThread(product: Product): Promise<SipThread> {
  const response = await fetch(`http://127.0.0.1:${product.env.DIDFARM_METRICS_PORT}/metrics`);
  const lines = (await response.text()).split('\n').filter((line) => /^didfarm_sip_(loop|long|nodejs_gc)/.test(line));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** Between two readings: how late the event loop came round, 99 % of all looks at it, and how often V8 collected garbage. */
export function loopAndGc(before: SipThread, after: SipThread): readonly Figure[] {
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const figure = (name: string, value: number, unit: string): Figure => ({ name, value, unit, isRatio: false });
  return [
    figure('sip_loop_delay_p99_at_most', lateAtMostMs(after, grown), 'ms'),
    figure('sip_loop_delay_mean', (grown(`${STALLS}_sum`) / grown(`${STALLS}_count`)) * 1000, 'ms'),
    ...KINDS.flatMap((kind) => {
      const labels = `{kind="${kind}"}`;
      return [
        figure(`sip_gc_${kind}`, grown(`${COLLECTIONS}_count${labels}`), ''),
        figure(`sip_gc_${kind}_ms`, grown(`${COLLECTIONS}_sum${labels}`) * 1000, 'ms'),
      ];
    }),
  ];
}

/** The least bound of the histogram that 99 % keep. */
function lateAtMostMs(after: SipThread, grown: (name: string) => number): number {
  const all = grown(`${STALLS}_count`);
  const bounds = [...after.keys()].flatMap((name) => {
    const bound = /_bucket\{le="(.+)"\}$/.exec(name)?.[1];
    return bound === undefined || !name.startsWith(STALLS) ? [] : [{ name, bound }];
  });
  const kept = bounds.find(({ name }) => grown(name) >= all * 0.99)?.bound;
  return kept === undefined || kept === '+Inf' ? Number.POSITIVE_INFINITY : Number(kept) * 1000;
}
