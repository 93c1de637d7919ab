import { parseNameAddr } from '../sip-uri.ts';
import {
  type DialogEvent,
  type DialogListener,
  type DialogRequestOptions,
  listenToDialog,
  type SrfDialog,
  type SrfHeaders,
} from '../srf-adapter.ts';
import type { LegCredentials } from './leg-credentials.ts';

type Answered = Parameters<SrfDialog['request']>[1];

/** A leg to who challenges us: requests inside the call are proved, and once more when the nonce was not good. */
export class ProvingDialog implements SrfDialog {
  readonly #dialog: SrfDialog;
  readonly #credentials: LegCredentials;
  readonly #uri: string;

  constructor(dialog: SrfDialog, credentials: LegCredentials) {
    this.#dialog = dialog;
    this.#credentials = credentials;
    this.#uri = parseNameAddr(dialog.res.get('contact') ?? '')?.uri ?? dialog.remote.uri;
    dialog.proveRefreshes?.((response, method) => credentials.answer(response, method, this.#uri));
  }

  get id(): string {
    return this.#dialog.id;
  }

  get connected(): boolean {
    return this.#dialog.connected;
  }

  get sip(): SrfDialog['sip'] {
    return this.#dialog.sip;
  }

  get remote(): SrfDialog['remote'] {
    return this.#dialog.remote;
  }

  get res(): SrfDialog['res'] {
    return this.#dialog.res;
  }

  get queueRequests(): boolean {
    return this.#dialog.queueRequests;
  }

  set queueRequests(holdsBack: boolean) {
    this.#dialog.queueRequests = holdsBack;
  }

  on(event: DialogEvent | 'destroy', listener: never): unknown {
    return this.#dialog.on(event as DialogEvent, listener);
  }

  onRequest(listener: DialogListener): void {
    listenToDialog(this.#dialog, listener);
  }

  once(event: 'ack', listener: Parameters<SrfDialog['once']>[1]): unknown {
    return this.#dialog.once(event, listener);
  }

  request(options: DialogRequestOptions, callback: Answered): unknown {
    return this.#send(options, this.#credentials.next(options.method, this.#uri), (error, response, ack) => {
      const proof = response && this.#credentials.answer(response, options.method, this.#uri);
      if (proof === undefined) callback(error, response, ack);
      else this.#send(options, proof, callback);
    });
  }

  destroy(options: { readonly headers: SrfHeaders }, callback: (error: unknown) => void): unknown {
    const headers = { ...options.headers, ...this.#credentials.next('BYE', this.#uri) };
    const onChallenge = (response: SrfDialog['res']) => this.#credentials.answer(response, 'BYE', this.#uri);
    return this.#dialog.destroy({ headers, onChallenge }, callback);
  }

  #send(options: DialogRequestOptions, proof: SrfHeaders | undefined, callback: Answered): unknown {
    return this.#dialog.request({ ...options, headers: { ...options.headers, ...proof } }, callback);
  }
}
