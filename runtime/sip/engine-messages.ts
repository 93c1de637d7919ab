import type { SendMessage } from '../../routing/index.ts';
import type { SipEngine } from '../../sip-engine/index.ts';

/** A PBX that says nothing for so long is tried another way, or later (ms). */
const TIMEOUT_MS = 10_000;

/** MESSAGEs by the embedded engine. */
export function engineMessages(engine: Pick<SipEngine, 'send'>): SendMessage {
  return ({ uri, proxy, headers, body }, done) => {
    // Without a registration to go by, it is the address that a tenant wrote.
    const way = proxy === undefined ? ({ guard: 'new' } as const) : { routeUri: proxy };
    const to = { uri, ...way, timeoutMs: TIMEOUT_MS };
    engine.send({ method: 'MESSAGE', ...to, headers, body: Buffer.from(body) }, (result) =>
      done(result.kind === 'response' ? result.status : undefined),
    );
  };
}
