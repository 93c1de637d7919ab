import type { Rejection } from '../../telemetry/index.ts';
import type { RegisterContext } from '../context.ts';

/** While the directory loads, the server drains or is overloaded, a PBX is asked to come back soon (P13). */
export function refuseWhenUnready(context: RegisterContext): Rejection | undefined {
  const readiness = context.options.readiness?.() ?? 'ready';
  if (readiness === 'ready') return undefined;
  return { status: 503, reason: readiness, lines: [`Retry-After: ${5 + Math.floor(context.options.random() * 10)}`] };
}
