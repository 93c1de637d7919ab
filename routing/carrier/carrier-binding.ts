import type { CarrierRecord, CarrierRegistration } from '../../bus/index.ts';
import type { CallClock, CallRandom } from '../ports.ts';
import { parseTarget, type TargetParts } from '../sip-uri.ts';
import { answerDigest, isStale } from './digest-client.ts';
import { grantedSec } from './granted-expiry.ts';
import type { Node, RegisterAnswer, SendRegister } from './register-port.ts';
import {
  type CarrierRegistrationStatus,
  nodeText,
  type RegistrationFault,
  type RegistrationPhase,
} from './registration-state.ts';

export interface BindingDeps {
  readonly send: SendRegister;
  readonly clock: CallClock;
  readonly random: CallRandom;
  /** Told after every change of state. */
  onChange(status: CarrierRegistrationStatus): void;
}

const EXPIRES_SEC = 600;
/** A refresh goes out when this part of the granted time has passed (RFC 5626 section 4.4.1 asks for 80 to 100 %). */
const REFRESH_AT = 0.8;
const FIRST_RETRY_MS = 5000;
const MAX_RETRY_MS = 600_000;
/** Wrong credentials mend by somebody's hand; to hammer them gets us banned. */
const REFUSED_RETRY_MS = 300_000;

/** Our registration at one carrier: REGISTER, the answer to its challenge, refresh, and retry (RFC 3261 section 10.2). */
export class CarrierBinding {
  readonly carrier: CarrierRecord;
  readonly #registration: CarrierRegistration;
  readonly #registrar: TargetParts;
  readonly #deps: BindingDeps;
  readonly #callId: string;
  readonly #tag: string;
  #cseq = 0;
  #expiresSec: number;
  #failures = 0;
  #phase: RegistrationPhase = 'trying';
  #sinceMs: number;
  #expiresAtMs: number | null = null;
  #node: Node | undefined;
  #status: number | null = null;
  #fault: RegistrationFault | null = null;
  #nextAtMs: number | null = null;
  #stopTimer: () => void = () => undefined;
  #isClosed = false;

  constructor(carrier: CarrierRecord, registration: CarrierRegistration, deps: BindingDeps) {
    this.carrier = carrier;
    this.#registration = registration;
    this.#registrar = parseTarget(registration.registrar);
    this.#deps = deps;
    this.#callId = deps.random.hex(24);
    this.#tag = deps.random.hex(12);
    this.#expiresSec = registration.expiresSec ?? EXPIRES_SEC;
    this.#sinceMs = deps.clock.now();
  }

  /** The element that calls go to and come from, while we are registered. */
  get node(): Node | undefined {
    const isLive = this.#expiresAtMs !== null && this.#deps.clock.now() < this.#expiresAtMs;
    return isLive ? this.#node : undefined;
  }

  /** User part of our Contact, which calls over the registration carry as their Request-URI. */
  get contactUser(): string {
    return this.carrier.uuid;
  }

  get status(): CarrierRegistrationStatus {
    return {
      carrierId: this.carrier.id,
      carrier: this.carrier.name,
      registrar: this.#registration.registrar,
      state: this.#phase,
      sinceMs: this.#sinceMs,
      expiresAtMs: this.#expiresAtMs,
      node: this.#node === undefined ? null : nodeText(this.#node),
      status: this.#status,
      fault: this.#fault,
      nextAtMs: this.#nextAtMs,
    };
  }

  register(): void {
    if (this.#isClosed) return;
    this.#nextAtMs = null;
    this.#attempt(this.#expiresSec, undefined, 0);
  }

  /** Ends it; `unregister` takes back what stands at the carrier. */
  close(how: 'unregister' | 'silently'): void {
    this.#isClosed = true;
    this.#stopTimer();
    if (how === 'unregister' && this.#phase === 'registered') this.#attempt(0, undefined, 0);
  }

  #attempt(expiresSec: number, credentials: Credentials | undefined, challenges: number): void {
    const uri = `sip:${this.#domain}`;
    const headers = { ...this.#headers(expiresSec), ...(credentials && { [credentials.header]: credentials.value }) };
    this.#deps.send({ uri, proxy: this.#proxy(), headers }, (answer) => {
      const retry = answer && challenges < 2 ? this.#answerChallenge(answer, uri, challenges) : undefined;
      if (retry !== undefined) this.#attempt(expiresSec, retry, challenges + 1);
      else if (!this.#isClosed) this.#settle(answer);
    });
  }

  /** A second challenge is answered only when it says that the nonce was too old: else the password is wrong. */
  #answerChallenge(answer: RegisterAnswer, uri: string, challenges: number): Credentials | undefined {
    if (answer.status !== 401 && answer.status !== 407) return undefined;
    const [ask, header] =
      answer.status === 401 ? ['www-authenticate', 'Authorization'] : ['proxy-authenticate', 'Proxy-Authorization'];
    const lines = answer.headerLines(ask ?? '');
    if (challenges > 0 && !isStale(lines)) return undefined;
    const { username, authUsername, password } = this.#registration;
    const target = { method: 'REGISTER', uri, cnonce: this.#deps.random.hex(16) };
    const value = answerDigest(lines, { username: authUsername ?? username, password }, target);
    return value === undefined ? undefined : { header: header ?? '', value };
  }

  #settle(answer: RegisterAnswer | undefined): void {
    this.#status = answer?.status ?? null;
    if (answer === undefined) {
      this.#failed('no_answer');
      return;
    }
    const minSec = Number(answer.headerLines('min-expires')[0]);
    // RFC 3261 section 10.2.8.
    if (answer.status === 423 && minSec > this.#expiresSec && minSec <= 86_400) {
      this.#expiresSec = minSec;
      this.register();
    } else if (answer.status >= 200 && answer.status < 300) this.#registered(answer);
    else if (answer.status === 401 || answer.status === 407) this.#failed(this.#whyChallenged(answer), answer);
    else this.#failed('refused', answer);
  }

  #whyChallenged(answer: RegisterAnswer): RegistrationFault {
    const lines = answer.headerLines(answer.status === 401 ? 'www-authenticate' : 'proxy-authenticate');
    const login = { username: '', password: '' };
    const canAnswer = answerDigest(lines, login, { method: 'REGISTER', uri: '', cnonce: '' }) !== undefined;
    return canAnswer ? 'wrong_password' : 'unanswerable_challenge';
  }

  #registered(answer: RegisterAnswer): void {
    const now = this.#deps.clock.now();
    const sec = grantedSec(answer, this.contactUser, this.#expiresSec);
    this.#failures = 0;
    this.#fault = null;
    this.#node = answer.node;
    this.#expiresAtMs = now + sec * 1000;
    this.#to('registered');
    this.#registerAfter(Math.max(1000, sec * 1000 * REFRESH_AT));
  }

  #failed(fault: RegistrationFault, answer?: RegisterAnswer): void {
    const wasPinned = this.#node !== undefined;
    this.#fault = fault;
    // P26: the node is gone or unwilling; the name is resolved anew, and the next one takes over at once.
    this.#node = undefined;
    this.#expiresAtMs = null;
    this.#to('failed');
    const isCredentials = fault === 'wrong_password' || fault === 'unanswerable_challenge';
    this.#registerAfter(wasPinned && !isCredentials ? 0 : this.#backoffMs(isCredentials, answer));
  }

  #backoffMs(isCredentials: boolean, answer: RegisterAnswer | undefined): number {
    const asked = Number.parseInt(answer?.headerLines('retry-after')[0] ?? '', 10) * 1000;
    const doubled = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    // Half of it by chance, so that many of us do not come back to a carrier in one moment (RFC 5626 section 4.5).
    const jittered = doubled * (0.5 + this.#deps.random.float() / 2);
    const least = isCredentials ? REFUSED_RETRY_MS : 0;
    return Math.max(jittered, least, Number.isFinite(asked) ? Math.min(asked, 3_600_000) : 0);
  }

  #registerAfter(ms: number): void {
    this.#stopTimer();
    this.#nextAtMs = this.#deps.clock.now() + ms;
    this.#stopTimer = this.#deps.clock.after(ms, () => this.register());
    this.#deps.onChange(this.status);
  }

  #to(phase: RegistrationPhase): void {
    if (this.#phase !== phase) this.#sinceMs = this.#deps.clock.now();
    this.#phase = phase;
  }

  get #domain(): string {
    return this.#registration.domain ?? this.#registrar.host;
  }

  /** The node that answered, for as long as it does (P26). */
  #proxy(): string {
    return this.#node === undefined ? this.#registrar.uri : nodeUri(this.#node);
  }

  #headers(expiresSec: number): Readonly<Record<string, string>> {
    this.#cseq += 1;
    const aor = `<sip:${this.#registration.username}@${this.#domain}>`;
    return {
      From: `${aor};tag=${this.#tag}`,
      To: aor,
      'Call-ID': this.#callId,
      CSeq: `${this.#cseq} REGISTER`,
      // The engine puts the address that this peer knows us by.
      Contact: `<sip:${this.contactUser}@localhost>;expires=${expiresSec}`,
      Expires: String(expiresSec),
    };
  }
}

interface Credentials {
  readonly header: string;
  readonly value: string;
}

/** The URI of a node as next hop. */
export function nodeUri({ address, port, transport }: Node): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `sip:${host}:${port};transport=${transport}`;
}
