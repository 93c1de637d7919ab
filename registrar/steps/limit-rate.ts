import { throttled } from '../../auth/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import type { RegisterContext } from '../context.ts';

/** Refuses banned sources and those that send too much; never with 403, which makes Asterisk stop for good (P13). */
export function limitRate(context: RegisterContext): Rejection | undefined {
  const { bans, limits } = context.options.auth;
  const { sourceAddress } = context.request;
  const verdict = bans.verdict(sourceAddress);
  if (verdict?.scope === 'all') return throttled('banned', verdict.retryAfterSec);
  const waitSec = limits.countSource(sourceAddress);
  return waitSec === 0 ? undefined : throttled('rate_limited', waitSec);
}
