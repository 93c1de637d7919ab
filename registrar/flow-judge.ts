import { isSameAddress, parseSipUri } from '../auth/index.ts';
import type { Binding } from './binding.ts';
import { isConnection } from './binding.ts';
import type { BindingStore } from './binding-store.ts';
import { CONFIRMATIONS_PER_SEC, type Prober } from './prober.ts';
import { SecondBuckets } from './second-buckets.ts';

export interface FlowJudgeOptions {
  readonly store: BindingStore;
  /** `undefined`: the engine cannot send by itself, so nothing can be asked. */
  readonly prober: Prober | undefined;
}

/** Bindings are restored before the engine listens; until then it cannot send. */
const ENGINE_START_MS = 1000;

/**
 * What becomes of bindings whose connection closed (interface.md, Bindings): gone at once when the Contact cannot be
 * reached anew, else unconfirmed and probed over a new connection.
 */
export class FlowJudge {
  readonly #options: FlowJudgeOptions;
  readonly #restored = new SecondBuckets<Binding>();

  constructor(options: FlowJudgeOptions) {
    this.#options = options;
  }

  /** The engine reports that a connection is no more. */
  flowClosed(flowId: string): void {
    for (const binding of this.#options.store.byFlow(flowId)) this.judge(binding);
  }

  /** Decides about one binding without a flow. */
  judge(binding: Binding): void {
    if (this.#detach(binding)) this.#ask(binding);
  }

  /** The same for bindings whose connections went with the process: callable at once, asked a little later. */
  judgeRestored(bindings: readonly Binding[], nowMs: number): void {
    for (const [index, binding] of bindings.entries()) {
      if (!this.#detach(binding)) continue;
      this.#restored.put(binding, nowMs + ENGINE_START_MS + (index / CONFIRMATIONS_PER_SEC) * 1000);
    }
  }

  /** Asks restored bindings that have not come back by themselves. */
  tick(nowMs: number): void {
    this.#restored.drain(nowMs, (binding) => {
      if (!binding.isGone && binding.flowId === '') this.#ask(binding);
    });
  }

  /** Takes the flow from the binding; false when nothing is left to reach it by. */
  #detach(binding: Binding): boolean {
    const { store, prober } = this.#options;
    if (prober === undefined || !canBeReachedAnew(binding)) {
      store.remove(binding, 'flow_closed');
      return false;
    }
    store.update(binding, (changed) => {
      changed.flowId = '';
      // The port of the connection was the PBX's for that time only; it takes new ones at its Contact.
      changed.sourcePort = contactPort(changed);
      if (changed.liveness !== 'doubtful') changed.liveness = 'unconfirmed';
      changed.misses = 0;
    });
    return true;
  }

  #ask(binding: Binding): void {
    const { store, prober } = this.#options;
    prober?.probe(binding, (answered) => {
      // A REGISTER over a new connection may have come meanwhile.
      if (!answered && binding.flowId === '') store.remove(binding, 'flow_closed');
    });
  }
}

/** Not a browser, not an outbound flow, not behind NAT: then its Contact can be connected to. */
function canBeReachedAnew(binding: Binding): boolean {
  if (!isConnection(binding.transport) || binding.transport === 'ws' || binding.transport === 'wss') return false;
  if (binding.regId !== null) return false;
  return isSameAddress(parseSipUri(binding.contact)?.host ?? '', binding.sourceAddress);
}

function contactPort(binding: Binding): number {
  const port = parseSipUri(binding.contact)?.port ?? 0;
  if (port !== 0) return port;
  return binding.transport === 'tls' ? 5061 : 5060;
}
