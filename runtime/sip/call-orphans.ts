import type { CallLeg, CallRecord, LegDialog } from '../../bus/index.ts';
import { flowRoute, type RoutingBindings } from '../../routing/index.ts';
import type { EngineRequest, EngineResult } from '../../sip-engine/index.ts';
import type { Logger } from '../../telemetry/index.ts';

export interface OrphanDeps {
  send(request: EngineRequest, done: (result: EngineResult) => void): void;
  readonly bindings: Pick<RoutingBindings, 'bindingsOf'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  after(ms: number, fn: () => void): void;
}

/** One way is given up after this long without an answer (ms). */
const HOP_MS = 4000;
/** A PBX whose connection died with the last run needs a while to come back. */
const RETRY_MS = 1000;
const ROUNDS = 30;
/** More requests than one dialog ever carries: the number must be higher than any that was used (RFC 3261 12.2.1.1). */
const CSEQ_JUMP = 100_000;

/** Hangs up on both sides of the calls that a crash left without a server, so that nobody talks on unbilled. */
export function endOrphans(deps: OrphanDeps, calls: readonly CallRecord[]): void {
  let legs = 0;
  for (const call of calls) {
    for (const leg of [call.aLeg, call.bLeg]) {
      if (leg?.dialog === undefined) continue;
      legs += 1;
      new OrphanLeg(deps, leg, leg.dialog).begin();
    }
  }
  if (calls.length > 0) deps.logger.info({ calls: calls.length, legs }, 'calls of before the restart are hung up');
}

/** One leg, tried over one way after the other until its peer answers anything at all. */
class OrphanLeg {
  readonly #deps: OrphanDeps;
  readonly #leg: CallLeg;
  readonly #dialog: LegDialog;
  #rounds = 0;

  constructor(deps: OrphanDeps, leg: CallLeg, dialog: LegDialog) {
    this.#deps = deps;
    this.#leg = leg;
    this.#dialog = dialog;
  }

  begin(): void {
    this.#rounds += 1;
    this.#try(this.#ways());
  }

  #try(ways: readonly string[]): void {
    const [way, ...others] = ways;
    if (way === undefined) {
      this.#again();
      return;
    }
    this.#deps.send(this.#bye(way), (result) => {
      if (result.kind !== 'response') this.#try(others);
    });
  }

  #again(): void {
    if (this.#rounds < ROUNDS) this.#deps.after(RETRY_MS, () => this.begin());
    else
      this.#deps.logger.warn(
        { callId: this.#leg.callId, remote: this.#leg.remote },
        'a call of before could not be ended',
      );
  }

  /** The flow of before, the trunk's registrations of now, the route set or the Contact. */
  #ways(): readonly string[] {
    const { hops, target, trunkId } = this.#dialog;
    const bindings = trunkId === null ? [] : this.#deps.bindings.bindingsOf(trunkId);
    const bound = bindings.filter((binding) => binding.contact === target).map(flowRoute);
    return [...new Set([...hops, ...bound, this.#next()])];
  }

  /** Where the peer said that it is. */
  #next(): string {
    const { routes, target } = this.#dialog;
    return /<([^>]+)>/.exec(routes[0] ?? '')?.[1] ?? target;
  }

  #bye(way: string): EngineRequest {
    const { local, remote, cseq, target, routes } = this.#dialog;
    const headers: (readonly [string, string])[] = [
      ['From', local],
      ['To', remote],
      ['Call-ID', this.#leg.callId],
      ['CSeq', `${cseq + CSEQ_JUMP + this.#rounds} BYE`],
      ...routes.map((route) => ['Route', route] as const),
      ['Reason', 'SIP;cause=503;text="server_restart"'],
    ];
    const guard = way === this.#next() && !this.#dialog.hops.includes(way) ? ({ guard: 'dialog' } as const) : {};
    return { method: 'BYE', uri: target, routeUri: way, headers, timeoutMs: HOP_MS, ...guard };
  }
}
