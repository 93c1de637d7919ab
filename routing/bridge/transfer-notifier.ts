import type { SrfDialog } from '../srf-adapter.ts';

const PHRASES: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  486: 'Busy Here',
  603: 'Decline',
};

/** The subscription that a REFER makes (RFC 3515 section 2.4): how far the transfer is, as a status line. */
export class TransferNotifier {
  readonly #dialog: SrfDialog;
  #isOver = false;
  #last = 0;

  constructor(dialog: SrfDialog) {
    this.#dialog = dialog;
  }

  progress(status: number): void {
    if (this.#isOver || status === this.#last) return;
    this.#last = status;
    this.#notify(status, 'active;expires=60', () => undefined);
  }

  /** The last one; `done` when it was answered, or nobody is there to answer. */
  finish(status: number, done: () => void = () => undefined): void {
    if (this.#isOver) {
      done();
      return;
    }
    this.#isOver = true;
    this.#notify(status, 'terminated;reason=noresource', done);
  }

  /** The transferor has left: nobody wants to know any more. */
  close(): void {
    this.#isOver = true;
  }

  #notify(status: number, state: string, done: () => void): void {
    if (!this.#dialog.connected) {
      done();
      return;
    }
    const headers = {
      Event: 'refer',
      'Subscription-State': state,
      'Content-Type': 'message/sipfrag;version=2.0',
    };
    const body = `SIP/2.0 ${status} ${PHRASES[status] ?? 'Not transferred'}\r\n`;
    this.#dialog.request({ method: 'NOTIFY', headers, body }, (error, response) => {
      if (response === undefined ? error !== undefined : response.status >= 200) done();
    });
  }
}
