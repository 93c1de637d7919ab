import type { SrfRequests } from '../srf-adapter.ts';
import { headerLinesOf } from '../srf-request.ts';
import type { SendRegister } from './register-port.ts';

/** REGISTERs through drachtio-srf, so that the embedded engine and drachtio-server are used alike. */
export function srfRegisters(srf: SrfRequests): SendRegister {
  return ({ uri, proxy, headers }, done) => {
    srf.request(uri, { method: 'REGISTER', proxy, headers }, (error, sent) => {
      if (sent === undefined || (error !== null && error !== undefined)) {
        done(undefined);
        return;
      }
      sent.on('response', (res) => {
        if (res.status < 200) return;
        // Without a source the engine made the answer itself: nobody was reached.
        if (!res.source_address) return done(undefined);
        done({
          status: res.status,
          node: { address: res.source_address, port: Number(res.source_port), transport: res.protocol || 'udp' },
          headerLines: (name) => headerLinesOf(res, name),
        });
      });
    });
  };
}
