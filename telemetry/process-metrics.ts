import { collectDefaultMetrics, type Registry } from 'prom-client';

/** Gauges that prom-client names like counters, which promtool refuses; the same without the suffix stay. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** prom-client's own 10 ms wake an idle thread a hundred times a second; how SIP stood still is measured beside it. */
const LOOP_PROBE_MS = 50;

/** CPU, memory, event loop and garbage collection of this thread. */
export function collectProcessMetrics(registry: Registry, prefix: string): void {
  collectDefaultMetrics({ register: registry, prefix, eventLoopMonitoringPrecision: LOOP_PROBE_MS });
  for (const name of MISNAMED) registry.removeSingleMetric(prefix + name);
}
