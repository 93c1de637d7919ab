import type { CallClock } from '../ports.ts';
import type { SrfRequests } from '../srf-adapter.ts';
import type { SendMessage } from './message-port.ts';

/** Timer F of RFC 3261 ends a request after 32 s; a server that is lost before it says so never does (ms). */
const LONGEST_MS = 40_000;

/** MESSAGEs through drachtio-srf, for whoever runs on drachtio-server. */
export function srfMessages(srf: SrfRequests, clock: CallClock): SendMessage {
  return ({ uri, proxy, headers, body }, tell) => {
    let isTold = false;
    const done = (status: number | undefined) => {
      if (isTold) return;
      isTold = true;
      stop();
      tell(status);
    };
    const stop = clock.after(LONGEST_MS, () => done(undefined));
    const joined: Record<string, string> = {};
    for (const [name, value] of headers)
      joined[name] = joined[name] === undefined ? value : `${joined[name]}, ${value}`;
    const options = { method: 'MESSAGE', headers: joined, body, ...(proxy === undefined ? {} : { proxy }) };
    srf.request(uri, options, (error, sent) => {
      if (sent === undefined || (error !== null && error !== undefined)) return done(undefined);
      sent.on('response', (res) => {
        // Without a source the engine made the answer itself: nobody was reached.
        if (res.status >= 200) done(res.source_address ? res.status : undefined);
      });
    });
  };
}
