import type { Figure } from './report.ts';

/**
 * What drachtio-server with drachtio-srf did a second on two cores, and what Kamailio needed for the same on that machine
 * (CPU ms per 1,000; registrar with credentials in memory, dialog proxy with the allocator `fm`).
 */
const RECORDED = {
  pair: { perSec: 4100, kamailioCpuMsPer1k: 13.9 },
  call: { perSec: 500, kamailioCpuMsPer1k: 87.3 },
} as const;

/**
 * How often the product does on one core what drachtio-srf was recorded to do on two, had it run on this machine: the
 * recorded rate is scaled by what Kamailio costs in this run.
 */
export function overDrachtio(what: keyof typeof RECORDED, cpuMsPer1k: number, kamailioCpuMsPer1k: number): Figure {
  const { perSec, kamailioCpuMsPer1k: kamailioThere } = RECORDED[what];
  const theirsHere = perSec * (kamailioThere / kamailioCpuMsPer1k);
  return { name: `${what}_over_recorded_drachtio`, value: 1e6 / cpuMsPer1k / theirsHere, unit: 'x', isRatio: true };
}
