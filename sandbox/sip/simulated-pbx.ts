import type { CallRequest, PbxBehaviour, SimulatedPbx } from '../../admin/index.ts';
import { answerDigest, type DigestLogin } from '../../routing/index.ts';
import { type EngineResult, type LaneRequest, parseNameAddr, type SipMessage } from '../../sip-engine/index.ts';
import { type Agent, openAgent, sdpOf } from './agent.ts';
import { type Meeting, meetCall } from './meet-call.ts';
import { type CallEnd, placeCall } from './place-call.ts';

export interface PbxOptions {
  readonly id: number;
  readonly trunk: { readonly id: number; readonly accountId: number; readonly uuid: string; readonly realm: string };
  readonly login: DigestLogin;
  readonly behaviour: PbxBehaviour;
  /** Port of the registrar on 127.0.0.1. */
  readonly serverPort: number;
}

const HOST = '127.0.0.1';
const EXPIRES_SEC = 600;
/** A refresh goes out when this part of the granted time has passed. */
const REFRESH_AT = 0.8;
/** Longest that a REGISTER waits for its answer (ms). */
const REGISTER_MS = 4000;
/** Called numbers, and messages, that are kept. */
const MOST_KEPT = 100;
const MEETINGS: Readonly<Record<PbxBehaviour, Meeting>> = {
  answer: 'answer',
  no_answer: 'ring',
  busy: 486,
  reject: 603,
};

/** A PBX that registers its trunk with digest, stays registered, meets calls as it is told, and can call out. */
export class SimulatedPbxAgent {
  readonly #options: PbxOptions;
  readonly #callId: string;
  readonly #rang: string[] = [];
  /** By Call-ID and CSeq: what is sent again is the same. */
  readonly #received = new Map<string, { readonly from: string; readonly body: string }>();
  #agent: Agent | undefined;
  #behaviour: PbxBehaviour;
  #status = 0;
  #rungTimes = 0;
  #cseq = 0;
  #refresh: NodeJS.Timeout | undefined;

  constructor(options: PbxOptions, random: (length: number) => string) {
    this.#options = options;
    this.#behaviour = options.behaviour;
    this.#callId = random(24);
  }

  get view(): SimulatedPbx {
    const { id, trunk, login } = this.#options;
    const { id: trunkId, accountId, uuid: trunkUuid, realm } = trunk;
    const { username } = login;
    const who = { id, trunkId, accountId, trunkUuid, username, realm };
    return {
      ...who,
      behaviour: this.#behaviour,
      registerStatus: this.#status,
      rang: [...this.#rang],
      received: [...this.#received.values()],
    };
  }

  get isRegistered(): boolean {
    return this.#status === 200;
  }

  /** The URI that it is reached by. */
  get contact(): string {
    return `sip:${this.#options.login.username}@${HOST}:${this.#use.port}`;
  }

  /** How many calls came in. */
  get rungTimes(): number {
    return this.#rungTimes;
  }

  behave(behaviour: PbxBehaviour): void {
    this.#behaviour = behaviour;
  }

  /** Resolves when its REGISTER was answered, whatever the answer is. */
  async open(): Promise<void> {
    this.#agent = await openAgent('didfarm simulated PBX', HOST, (req, res) => {
      this.#rungTimes += 1;
      this.#rang.push(calledNumber(req));
      if (this.#rang.length > MOST_KEPT) this.#rang.shift();
      void meetCall(this.#use.calls, HOST, MEETINGS[this.#behaviour], req, res);
    });
    this.#agent.engine.onRequest('MESSAGE', ({ message }) => {
      if (this.#received.size < MOST_KEPT) this.#received.set(`${message.callId} ${message.cseq}`, textOf(message));
      return { status: 200, lines: [] };
    });
    await this.#register(EXPIRES_SEC);
  }

  /** Unregisters, and ends. */
  async close(): Promise<void> {
    clearTimeout(this.#refresh);
    if (this.#status === 200) await this.#register(0);
    clearTimeout(this.#refresh);
    await this.#agent?.engine.close();
  }

  /** Calls out, and answers the challenge that always comes (RFC 3261 section 22.3). */
  async call({ from, to, talkMs, patienceMs }: CallRequest): Promise<CallEnd> {
    const { realm } = this.#options.trunk;
    const uri = `sip:${to}@${realm}`;
    const headers = { From: `<sip:${from}@${realm}>`, To: `<${uri}>`, Contact: this.#contact };
    const call = { uri, proxy: this.#proxy, headers, sdp: sdpOf(HOST), talkMs, patienceMs };
    const first = await placeCall(this.#use.calls, call);
    if (first.status !== 407) return first;
    const value = this.#answer(first.refusal?.headerLines('proxy-authenticate') ?? [], 'INVITE', uri);
    if (value === undefined) return first;
    return placeCall(this.#use.calls, { ...call, headers: { ...headers, 'Proxy-Authorization': value } });
  }

  async #register(expiresSec: number): Promise<void> {
    const first = await this.#sendRegister(expiresSec);
    const lines = first.kind === 'response' ? first.message.headerLines('www-authenticate') : [];
    const value = this.#answer(lines, 'REGISTER', `sip:${this.#options.trunk.realm}`);
    const last = value === undefined ? first : await this.#sendRegister(expiresSec, value);
    this.#status = last.kind === 'response' ? last.status : 0;
    if (this.#status !== 200 || expiresSec === 0) return;
    this.#refresh = setTimeout(() => void this.#register(EXPIRES_SEC), EXPIRES_SEC * 1000 * REFRESH_AT);
    this.#refresh.unref();
  }

  #sendRegister(expiresSec: number, authorization?: string): Promise<EngineResult> {
    const { realm } = this.#options.trunk;
    const aor = `<sip:${this.#options.login.username}@${realm}>`;
    this.#cseq += 1;
    const headers: [string, string][] = [
      ['From', aor],
      ['To', aor],
      ['Call-ID', this.#callId],
      ['CSeq', `${this.#cseq} REGISTER`],
      ['Contact', this.#contact],
      ['Expires', String(expiresSec)],
    ];
    if (authorization !== undefined) headers.push(['Authorization', authorization]);
    const request = { method: 'REGISTER', uri: `sip:${realm}`, routeUri: this.#proxy, headers, timeoutMs: REGISTER_MS };
    return new Promise((resolve) => this.#use.engine.send(request, resolve));
  }

  #answer(lines: readonly string[], method: string, uri: string): string | undefined {
    return answerDigest(lines, this.#options.login, { method, uri, cnonce: this.#callId.slice(0, 16) });
  }

  get #use(): Agent {
    if (this.#agent === undefined) throw new RangeError('the simulated PBX is not open');
    return this.#agent;
  }

  get #contact(): string {
    return `<${this.contact}>`;
  }

  get #proxy(): string {
    return `sip:${HOST}:${this.#options.serverPort}`;
  }
}

function textOf(message: SipMessage) {
  return { from: userOf(message.header('from') ?? ''), body: message.body.toString('utf8') };
}

function calledNumber(req: LaneRequest): string {
  return userOf(req.get('p-called-party-id') ?? req.get('to') ?? '');
}

function userOf(header: string): string {
  return /sips?:([^@>;]+)/.exec(parseNameAddr(header).uri)?.[1] ?? header;
}
