import { parseSipUri } from '../auth/index.ts';
import type { Binding } from './binding.ts';
import { isConnection } from './binding.ts';
import type { BindingStore } from './binding-store.ts';
import type { Prober } from './prober.ts';

export interface FlowJudgeOptions {
  readonly store: BindingStore;
  /** `undefined`: the engine cannot send by itself, so nothing can be asked. */
  readonly prober: Prober | undefined;
}

/**
 * What becomes of bindings whose connection closed (interface.md, Bindings): gone at once when the Contact cannot be
 * reached anew, else unconfirmed and probed over a new connection.
 */
export class FlowJudge {
  readonly #options: FlowJudgeOptions;

  constructor(options: FlowJudgeOptions) {
    this.#options = options;
  }

  /** The engine reports that a connection is no more. */
  flowClosed(flowId: string): void {
    for (const binding of this.#options.store.byFlow(flowId)) this.judge(binding);
  }

  /** Decides about one binding without a flow. */
  judge(binding: Binding): void {
    const { store, prober } = this.#options;
    if (prober === undefined || !canBeReachedAnew(binding)) {
      store.remove(binding, 'flow_closed');
      return;
    }
    store.update(binding, (changed) => {
      changed.flowId = '';
      changed.liveness = 'unconfirmed';
      changed.misses = 0;
    });
    prober.probe(binding, (answered) => {
      // A REGISTER over a new connection may have come meanwhile.
      if (!answered && binding.flowId === '') store.remove(binding, 'flow_closed');
    });
  }
}

/** Not a browser, not an outbound flow, not behind NAT: then its Contact can be connected to. */
export function canBeReachedAnew(binding: Binding): boolean {
  if (!isConnection(binding.transport) || binding.transport === 'ws' || binding.transport === 'wss') return false;
  if (binding.regId !== null) return false;
  return parseSipUri(binding.contact)?.host === binding.sourceAddress;
}
