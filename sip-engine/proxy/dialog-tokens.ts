import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SipMessage } from '../message/index.ts';
import type { EngineRandom } from '../ports.ts';
import { readUri } from './routes.ts';

/** Hexadecimal digits of a token, 128 bits. */
const TOKEN_LENGTH = 32;
/** URI parameter that carries it. */
export const TOKEN_PARAM = 'dlg';

/**
 * What proves that a Route is a Record-Route of ours for just that dialog: nobody else may use us as a relay. Nothing
 * is kept for it but the secret, which is another one after a restart.
 */
export class DialogTokens {
  readonly #secret: string;

  constructor(random: Pick<EngineRandom, 'hex'>) {
    this.#secret = random.hex(64);
  }

  /** For the Record-Route of a request that makes a dialog: its To tag is not known yet. */
  of({ callId, fromTag }: Pick<SipMessage, 'callId' | 'fromTag'>): string {
    return createHmac('sha256', this.#secret).update(`${callId}\0${fromTag}`).digest('hex').slice(0, TOKEN_LENGTH);
  }

  /** True for a URI with the token of the dialog that the request belongs to, whichever side has sent it. */
  admits(uri: string, { callId, fromTag, toTag }: Pick<SipMessage, 'callId' | 'fromTag' | 'toTag'>): boolean {
    const given = Buffer.from(readUri(uri)?.params.get(TOKEN_PARAM) ?? '');
    if (given.length !== TOKEN_LENGTH || fromTag === '' || toTag === '') return false;
    return [fromTag, toTag].some((tag) => timingSafeEqual(given, Buffer.from(this.of({ callId, fromTag: tag }))));
  }
}
