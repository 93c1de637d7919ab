import type { Flow } from '../transport/types.ts';
import type { TransportBelow } from './layer.ts';

/** A power of two. */
const PLACES = 256;

/**
 * A flow over UDP is a value made for every message: of those that say the same one is enough to keep. Nearly all calls
 * come from few carriers and PBXes; of peers that share a place the last one has it.
 */
export class SharedFlows {
  readonly #transport: Pick<TransportBelow, 'listenPointOf'>;
  readonly #flows = new Array<Flow | undefined>(PLACES).fill(undefined);

  constructor(transport: Pick<TransportBelow, 'listenPointOf'>) {
    this.#transport = transport;
  }

  /** `flow`, or one kept before that leads the same way. */
  of(flow: Flow): Flow {
    if (flow.transport !== 'udp') return flow;
    const { remoteAddress: address, remotePort } = flow;
    const place = (remotePort ^ (address.charCodeAt(address.length - 1) << 4)) & (PLACES - 1);
    const known = this.#flows[place];
    if (known !== undefined && this.#isSame(known, flow)) return known;
    this.#flows[place] = flow;
    return flow;
  }

  #isSame(known: Flow, flow: Flow): boolean {
    if (known === flow) return true;
    if (known.remotePort !== flow.remotePort || known.remoteAddress !== flow.remoteAddress) return false;
    return this.#transport.listenPointOf(known) === this.#transport.listenPointOf(flow);
  }
}
