import Srf from 'drachtio-srf';
import type { SipEngine } from '../../sip-engine/index.ts';
import { localTagOf } from './corpus.ts';
import type { SeededRandom } from './random.ts';

const METHODS = ['INVITE', 'OPTIONS', 'MESSAGE', 'NOTIFY', 'REFER', 'INFO', 'PUBLISH', 'SUBSCRIBE'];
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';

/** A drachtio app that answers everything, one way or another, and holds calls for a moment. */
export class FuzzApp {
  readonly #srf = new Srf();
  readonly #random: SeededRandom;
  readonly #dialogs = new Set<Srf.Dialog>();

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#srf.use((req, res) => this.#answer(req, res));
  }

  attach(engine: SipEngine): void {
    const secret = 'fuzz';
    const server = engine.attachApp({ secret, methods: METHODS });
    // The published types do not know `server`.
    void this.#srf.listen({ server, secret } as Parameters<Srf['listen']>[0]);
  }

  /** Ends the calls that are up. */
  hangUp(): void {
    for (const dialog of this.#dialogs) {
      this.#dialogs.delete(dialog);
      // A call may have ended by itself meanwhile.
      Promise.resolve(dialog.destroy()).catch(() => undefined);
    }
  }

  close(): void {
    this.hangUp();
    this.#srf.disconnect();
  }

  #answer(req: Srf.SrfRequest, res: Srf.SrfResponse): void {
    if (req.method !== 'INVITE') {
      // A subscription would last for ever: nobody supervises its expiry but its app.
      res.send(req.method === 'SUBSCRIBE' ? 489 : this.#random.pick([200, 200, 404, 500]));
      return;
    }
    if (this.#random.chance(0.3)) res.send(180);
    if (this.#random.chance(0.5)) res.send(this.#random.pick([302, 404, 486, 503, 603]));
    else this.#accept(req, res);
  }

  #accept(req: Srf.SrfRequest, res: Srf.SrfResponse): void {
    const call =
      req
        .get('call-id')
        .split('@')[0]
        ?.replace(/[^a-z0-9]/gi, '') ?? '';
    this.#srf
      .createUAS(req, res, { localSdp: SDP, headers: { To: `<sip:bob@127.0.0.1>;tag=${localTagOf(call)}` } })
      .then((dialog: Srf.Dialog) => {
        this.#dialogs.add(dialog);
        dialog.on('destroy', () => this.#dialogs.delete(dialog));
        if (this.#dialogs.size > 50) this.hangUp();
      })
      // Cancelled, never acknowledged, without a Contact: all may happen to a caller like this. A call that has
      // rung and was not cancelled rings until its app answers; this one does.
      .catch(() => res.finalResponseSent || res.send(500));
  }
}
