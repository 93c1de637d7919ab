import type { AuthService } from '../../auth/index.ts';
import { PER_MINUTE } from '../../billing-hooks/index.ts';
import type { SipSide } from '../../bus/index.ts';
import {
  type CallRouter,
  createInviteAuth,
  type MessageEnd,
  MessageRouter,
  type Readiness,
  type SendMessage,
} from '../../routing/index.ts';
import { type Logger, reasonEntry, type SipMetrics } from '../../telemetry/index.ts';

interface Parts {
  readonly router: Pick<CallRouter, 'world'>;
  readonly auth: AuthService;
  readonly bus: SipSide;
  readonly send: SendMessage;
  readonly logger: Logger;
  readonly metrics: () => SipMetrics;
  readonly readiness: () => Readiness;
}

/** Messages of and for PBXes: what is taken on goes up the bus, each end into the metrics and one log line. */
export function createMessages({ router, auth, bus, send, logger, metrics, readiness }: Parts): MessageRouter {
  return new MessageRouter({
    world: () => router.world,
    auth: createInviteAuth(auth),
    send,
    accept: (message) => bus.emit({ kind: 'sip_message', message }),
    onEnded(end) {
      const { result } = reasonEntry(end.reason);
      metrics().countMessage(end.direction, result, end.reason);
      log(logger, { ...end, result });
    },
    perMinute: PER_MINUTE,
    nowMs: Date.now,
    limits: auth.limits,
    unready: () => {
      const reason = readiness();
      return reason === 'ready' ? undefined : { status: 503, reason, lines: ['Retry-After: 10'] };
    },
  });
}

function log(logger: Logger, { accountId, trunkId, ...end }: MessageEnd & { readonly result: string }): void {
  // First challenges and floods are counted, and are nobody's message.
  const isFlood = end.reason === 'rate_limited' && end.sentence === '';
  if (end.reason !== 'challenged' && !isFlood)
    logger.info({ ...end, account: accountId, trunkId }, 'SIP message ended');
}
