import type { SendMessage } from '../../routing/index.ts';
import type { SipEngine } from '../../sip-engine/index.ts';

/** A PBX that says nothing for so long is tried another way, or later (ms). */
const TIMEOUT_MS = 10_000;

/** MESSAGEs by the embedded engine. */
export function engineMessages(engine: Pick<SipEngine, 'send'>): SendMessage {
  return ({ uri, proxy, headers, body }, done) => {
    const to = { uri, ...(proxy === undefined ? {} : { routeUri: proxy }), timeoutMs: TIMEOUT_MS };
    engine.send({ method: 'MESSAGE', ...to, headers, body: Buffer.from(body) }, (result) =>
      done(result.kind === 'response' ? result.status : undefined),
    );
  };
}
