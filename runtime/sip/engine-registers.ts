import type { SendRegister } from '../../routing/index.ts';
import type { SipEngine } from '../../sip-engine/index.ts';

/** REGISTERs at carriers by the embedded engine. */
export function engineRegisters(engine: Pick<SipEngine, 'send'>): SendRegister {
  return ({ uri, proxy, headers }, done) => {
    const request = { method: 'REGISTER', uri, routeUri: proxy, headers: Object.entries(headers) };
    engine.send(request, (result) => {
      if (result.kind !== 'response') return done(undefined);
      const { status, peer, message } = result;
      done({ status, node: peer, headerLines: (name) => message.headerLines(name) });
    });
  };
}
