import { EventEmitter } from 'node:events';
import type { SrfPort, toInboundRequest } from '../../../routing/index.ts';

type SrfRequest = Parameters<typeof toInboundRequest>[0];

const NOTHING = { get: () => undefined, has: () => false, body: '' };

class FakeDialog extends EventEmitter {
  connected = true;
  queueRequests = false;
  readonly id = 'd';
  readonly sip = { callId: 'c', localTag: 'a', remoteTag: 'b' };
  readonly remote: { readonly uri: string; readonly sdp: string };
  readonly res = { ...NOTHING, status: 200, reason: 'OK', source_address: '203.0.113.9', source_port: 1 };

  constructor(sdp: string) {
    super();
    this.remote = { uri: 'sip:x@h', sdp };
  }

  destroy(_options: unknown, done: (error: unknown) => void): void {
    this.connected = false;
    done(null);
  }

  /** The far end's BYE, or what the engine says when it ended the dialog itself. */
  end(reason = 'normal release'): void {
    this.connected = false;
    this.emit('destroy', NOTHING, reason);
  }
}

export interface Final {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An INVITE as it is handed to the router, and what became of it. */
export class FakeCall {
  readonly finals: Final[] = [];
  readonly #req: EventEmitter & { readonly body: string };
  /** Every target that was tried; each waits for its fate. */
  readonly legs: { readonly uri: string; answer(sdp?: string): void; fail(status: number | 'silent'): void }[] = [];
  caller: FakeDialog | undefined;
  callee: FakeDialog | undefined;

  constructor(req: EventEmitter & { readonly body: string }) {
    this.#req = req;
  }

  cancel(): void {
    this.finals.push({ status: 487, headers: {} });
    this.#req.emit('cancel', NOTHING);
  }
}

/** The SIP engine as routing sees it; what far ends do is told by the test. */
export class FakeEngine {
  readonly #calls: FakeCall[] = [];

  readonly port = {
    createUAC: (options: { uri: string; _socket: number }, progress: { cbRequest: (e: null, r: object) => void }) =>
      this.#place(options, progress),
    createUAS: (
      req: { socket: number },
      _res: unknown,
      _options: unknown,
      done: (e: unknown, uas?: object) => void,
    ) => {
      const call = this.#calls[req.socket];
      if (call === undefined || call.finals.length > 0) return done(new Error('487'));
      call.finals.push({ status: 200, headers: {} });
      call.caller = new FakeDialog('');
      done(null, call.caller);
    },
  } as unknown as SrfPort;

  /** An INVITE of these header lines from that address; `handle` is the router's. */
  invite(fields: InviteFields, handle: (req: SrfRequest, res: never) => void): FakeCall {
    const head = Object.entries(fields.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const req = Object.assign(new EventEmitter(), {
      method: 'INVITE',
      uri: fields.uri,
      raw: `INVITE ${fields.uri} SIP/2.0\r\n${head.join('')}\r\n`,
      body: fields.sdp ?? 'v=0\r\n',
      source_address: fields.source,
      source_port: fields.port ?? 5060,
      protocol: 'udp',
      get: (name: string) => Object.entries(fields.headers).find(([key]) => key.toLowerCase() === name)?.[1],
      has: () => false,
      socket: this.#calls.length,
    });
    const call = new FakeCall(req);
    this.#calls.push(call);
    const res = {
      get finalResponseSent() {
        return call.finals.length > 0;
      },
      send: (status: number, _reason: unknown, options: { headers?: Record<string, string> }) => {
        if (status >= 200) call.finals.push({ status, headers: options.headers ?? {} });
      },
    };
    handle(req as unknown as SrfRequest, res as never);
    return call;
  }

  #place(options: { uri: string; _socket: number }, progress: { cbRequest: (e: null, r: object) => void }) {
    const call = this.#calls[options._socket];
    const made = Promise.withResolvers<FakeDialog>();
    const leg = {
      uri: options.uri,
      answer: (sdp = '') => {
        const dialog = new FakeDialog(sdp);
        if (call !== undefined) call.callee = dialog;
        made.resolve(dialog);
      },
      fail: (status: number | 'silent') => {
        const isSilent = status === 'silent';
        const res = { ...NOTHING, reason: '', source_address: isSilent ? '' : '203.0.113.9' };
        made.reject({ status: isSilent ? 408 : status, res });
      },
    };
    call?.legs.push(leg);
    progress.cbRequest(null, { cancel: () => leg.fail(487) });
    return made.promise;
  }
}

export interface InviteFields {
  readonly uri: string;
  readonly source: string;
  readonly port?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly sdp?: string;
}

/** Lets everything that waits for a promise go on. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
