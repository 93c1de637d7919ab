import type { AuthService } from '../../auth/index.ts';
import type { FundsKeeper, SetAside } from '../../billing-hooks/index.ts';
import type { BindingRecord, FundsUpdate, PbxMessage, SipRequestName } from '../../bus/index.ts';
import type { Registrar } from '../../registrar/index.ts';
import type { CallRouter, ExplainQuery, MessageRouter } from '../../routing/index.ts';
import type { SipMetrics } from '../../telemetry/index.ts';

interface Parts {
  readonly registrar: Registrar;
  readonly auth: AuthService;
  readonly router: CallRouter;
  readonly messages: MessageRouter;
  readonly keeper: FundsKeeper;
  readonly metrics: SipMetrics;
  readonly listening: () => readonly string[];
  /** Stops new work, waits for calls at most this long, ends the rest. */
  readonly drain: (limitMs: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What the main thread may ask, each answered from memory. */
export function createRequestHandler(parts: Parts): (name: SipRequestName, args: unknown) => unknown {
  const { registrar, auth, router, metrics, keeper } = parts;
  const handlers: Readonly<Record<SipRequestName, (args: never) => unknown>> = {
    metrics: () => metrics.collect(),
    send_message: (message: PbxMessage) => parts.messages.bring(message),
    carrier_registrations: () => router.carrierRegistrations(),
    explain: (args: ExplainQuery) => router.explain(args),
    funds: (update: FundsUpdate) => keeper.apply(update),
    set_aside: (part: SetAside) => keeper.setAside(part),
    let_go: ({ reference }: { reference: number }) => keeper.letGo(reference),
    registrations: ({ trunkIds }: { trunkIds: readonly number[] }) => trunkIds.map((id) => statusOf(registrar, id)),
    bans: () => auth.bans.list(),
    lift_ban: ({ address }: { address: string }) => auth.bans.lift(address),
    stats: () => ({
      listening: parts.listening(),
      trunksRegistered: registrar.counts.registered,
      callsActive: router.activeCalls,
    }),
    drain: ({ limitMs }: { limitMs: number }) => parts.drain(limitMs),
    stop: () => parts.stop(),
  };
  return (name, args) => handlers[name](args as never);
}

function statusOf(registrar: Registrar, trunkId: number) {
  const { state, sinceMs, reason, contacts } = registrar.registrationOf(trunkId);
  const records: BindingRecord[] = contacts.map((contact) => ({ ...contact }));
  return { trunkId, state, sinceMs, reason, contacts: records };
}
