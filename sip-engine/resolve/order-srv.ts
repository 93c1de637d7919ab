import type { SrvRecord } from './types.ts';

/**
 * The order to try SRV targets in (RFC 2782): priorities ascending; within one, drawn one by one with a
 * chance in proportion to the weight.
 */
export function orderSrv(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const ordered: SrvRecord[] = [];
  for (const priority of [...new Set(records.map((record) => record.priority))].sort((a, b) => a - b)) {
    // RFC 2782: those of weight 0 stand first, so that they are drawn only when the number drawn is 0.
    const left = records.filter((record) => record.priority === priority).sort((a, b) => a.weight - b.weight);
    while (left.length > 0) ordered.push(...left.splice(draw(left, random), 1));
  }
  return ordered;
}

function draw(records: readonly SrvRecord[], random: () => number): number {
  const total = records.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = Math.floor(random() * (total + 1));
  let sum = 0;
  return Math.max(
    records.findIndex(({ weight }) => {
      sum += weight;
      return sum >= drawn;
    }),
    0,
  );
}
