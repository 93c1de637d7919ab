import type { Product } from '../../test-sip/support/product.ts';
import type { Figure } from './report.ts';

const STALLS = 'didfarm_sip_loop_stall_seconds';
const COLLECTIONS = 'didfarm_sip_nodejs_gc_duration_seconds';
const KINDS = ['minor', 'incremental', 'major'] as const;

/** What the product's own metrics say of its SIP thread so far, by the name of the series. */
export type SipThread = ReadonlyMap<string, number>;

export async function readSipThread(product: Product): Promise<SipThread> {
  // On a connection of its own: one that is kept may have been closed by a product that was stopped meanwhile.
  const init = { headers: { connection: 'close' } };
  const response = await fetch(`http://127.0.0.1:${product.env.DIDFARM_METRICS_PORT}/metrics`, init);
  const lines = (await response.text()).split('\n').filter((line) => /^didfarm_sip_(loop|long|nodejs_gc)/.test(line));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** What came to the metrics in a round: between its rounds a product is stopped, and would count that, too. */
export function growthBetween(before: SipThread, after: SipThread): SipThread {
  return new Map([...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)]));
}

/** In some rounds: how late the event loop came round, 99 % of all looks at it, and how often V8 collected garbage. */
export function loopAndGc(rounds: readonly SipThread[]): readonly Figure[] {
  const grown = (name: string) => rounds.reduce((sum, growth) => sum + (growth.get(name) ?? 0), 0);
  const figure = (name: string, value: number, unit: string): Figure => ({ name, value, unit, isRatio: false });
  return [
    figure('sip_loop_delay_p99_at_most', lateAtMostMs([...(rounds[0]?.keys() ?? [])], grown), 'ms'),
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
function lateAtMostMs(names: readonly string[], grown: (name: string) => number): number {
  const all = grown(`${STALLS}_count`);
  const bounds = names.flatMap((name) => {
    const bound = /_bucket\{le="(.+)"\}$/.exec(name)?.[1];
    return bound === undefined || !name.startsWith(STALLS) ? [] : [{ name, bound }];
  });
  const kept = bounds.find(({ name }) => grown(name) >= all * 0.99)?.bound;
  return kept === undefined || kept === '+Inf' ? Number.POSITIVE_INFINITY : Number(kept) * 1000;
}
