import type { SrfRequests } from '../srf-adapter.ts';
import type { SendMessage } from './message-port.ts';

/** MESSAGEs through drachtio-srf, for whoever runs on drachtio-server. */
export function srfMessages(srf: SrfRequests): SendMessage {
  return ({ uri, proxy, headers, body }, done) => {
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
