import { OutgoingMessage, type SipMessage } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Flow } from '../transport/index.ts';
import { bestResponse, responseUpstream } from './best-response.ts';
import { Branch, type BranchEnd, type BranchSpec } from './branch.ts';
import type { CallRecords } from './call-records.ts';
import type { ProxyDeps, ProxyListener } from './types.ts';

/** What one run needs to know of its request. */
export interface RunPlan {
  readonly uris: readonly string[];
  readonly simultaneous: boolean;
  readonly followRedirects: boolean;
  /** The branch to a URI; `redirected` when the URI came in a 3xx. */
  specFor(uri: string, redirected: boolean): BranchSpec;
  /** A 2xx to INVITE is being forwarded. */
  onSuccess?(response: SipMessage, flow: Flow): void;
  /** The target at that URI has refused. */
  onFailure?(response: SipMessage, uri: string): void;
  /** For a new call, when somebody wants its records. */
  readonly records?: CallRecords;
  /** A request has gone out. */
  onSent?(request: OutgoingMessage): void;
}

export interface RunHooks {
  onBranch(branch: string): void;
  onBranchForgotten(branch: string): void;
  onDone(): void;
}

interface Candidate {
  readonly uri: string;
  readonly redirected: boolean;
}

const ELSEWHERE = [['Reason', 'SIP;cause=200;text="Call completed elsewhere"']] as const;
/** A chain of redirects ends somewhere. */
const MAX_TARGETS = 32;

/** One proxied request: its target set, its branches, and the one answer the caller gets (RFC 3261 16.5 to 16.10). */
export class ProxyRun {
  readonly #transaction: ServerTransaction;
  readonly #plan: RunPlan;
  readonly #deps: ProxyDeps;
  readonly #listener: ProxyListener;
  readonly #hooks: RunHooks;
  readonly #queue: Candidate[];
  readonly #active = new Set<Branch>();
  readonly #finals: SipMessage[] = [];
  readonly #tried = new Set<string>();
  #sent = false;
  #cancelled = false;
  #searchOver = false;
  #starting = false;
  #done = false;
  /** The listener has heard the end. */
  #told = false;
  /** A 6xx has come: only a 2xx can change the result. */
  #refused = false;

  constructor(
    transaction: ServerTransaction,
    plan: RunPlan,
    deps: ProxyDeps,
    listener: ProxyListener,
    hooks: RunHooks,
  ) {
    this.#transaction = transaction;
    this.#plan = plan;
    this.#deps = deps;
    this.#listener = listener;
    this.#hooks = hooks;
    this.#queue = plan.uris.map((uri) => ({ uri, redirected: false }));
  }

  start(): void {
    this.#advance();
  }

  /** The caller has given up: no new branch, and the live ones are cancelled; their 487 becomes the answer. */
  cancel(cancel: SipMessage): void {
    if (this.#done) return;
    this.#cancelled = true;
    this.#searchOver = true;
    // RFC 3326: why the caller gave up concerns the callee.
    const reasons = cancel.headerLines('reason').map((reason) => ['Reason', reason] as const);
    this.#cancelAll(reasons);
    this.#advance();
  }

  /** Starts what may be started; when nothing runs any more, the search is over. */
  #advance(): void {
    if (this.#starting || this.#done) return;
    this.#starting = true;
    while (!this.#searchOver && (this.#plan.simultaneous || this.#active.size === 0)) {
      const candidate = this.#queue.shift();
      if (candidate === undefined) break;
      this.#open(candidate);
    }
    this.#starting = false;
    if (this.#active.size === 0 && (this.#searchOver || this.#queue.length === 0)) this.#finish();
  }

  #open({ uri, redirected }: Candidate): void {
    if (this.#tried.has(uri) || this.#tried.size >= MAX_TARGETS) return;
    this.#tried.add(uri);
    const branch: Branch = new Branch(this.#plan.specFor(uri, redirected), this.#deps, {
      onSent: (parameter, request) => this.#branchSent(parameter, request),
      onProvisional: (response) => this.#forward(responseUpstream(response)),
      onSuccess: (response, flow) => this.#succeeded(branch, response, flow),
      onEnd: (end) => this.#branchEnded(branch, end),
      onForgotten: (parameter) => this.#hooks.onBranchForgotten(parameter),
    });
    this.#active.add(branch);
    branch.start(this.#transaction.request.method);
  }

  #branchSent(parameter: string, request: OutgoingMessage): void {
    this.#hooks.onBranch(parameter);
    this.#plan.records?.sent(request);
    this.#plan.onSent?.(request);
    if (this.#sent) return;
    this.#sent = true;
    this.#listener.onSent?.();
  }

  /** RFC 3261 16.7 step 5: every 2xx goes back at once, whatever has been answered before. */
  #succeeded(branch: Branch, response: SipMessage, flow: Flow): void {
    this.#searchOver = true;
    const upstream = responseUpstream(response);
    this.#plan.onSuccess?.(response, flow);
    this.#plan.records?.answered(response, upstream);
    if (!this.#forward(upstream)) this.#transaction.resend(upstream.toBuffer());
    for (const other of this.#active) if (other !== branch) other.cancel(ELSEWHERE);
    // One that had been passed over ends nothing any more.
    if (branch.ended) this.#judge(response, flow, branch.spec.uri);
  }

  #branchEnded(branch: Branch, end: BranchEnd): void {
    this.#active.delete(branch);
    if (end.kind === 'response') this.#judge(end.response, end.flow, branch.spec.uri);
    this.#advance();
  }

  #judge(response: SipMessage, flow: Flow, uri: string): void {
    const { status } = response;
    if (!this.#told && (status < 300 || !this.#refused)) this.#listener.onFinal(response, flow);
    if (status >= 300) this.#plan.records?.refused(response);
    if (status < 300) {
      this.#searchOver = true;
      if (!this.#transaction.isInvite) this.#forward(responseUpstream(response));
      this.#tell();
      return;
    }
    if (status < 400 && this.#plan.followRedirects && this.#redirect(response)) return;
    this.#finals.push(response);
    this.#plan.onFailure?.(response, uri);
    // A challenge is for the caller to answer: other targets would ask the same.
    if (status === 401 || status === 407) this.#queue.length = 0;
    if (status >= 600) {
      this.#searchOver = true;
      this.#refused = true;
      this.#cancelAll();
    }
  }

  /** After a 2xx, or at the end; targets that are still being cancelled have no say any more. */
  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#listener.onDone(this.#sent);
  }

  /** RFC 3261 16.5: the Contacts of a 3xx become the next targets, in their order of preference. */
  #redirect(response: SipMessage): boolean {
    const contacts = contactsByPreference(response).filter((uri) => !this.#tried.has(uri));
    this.#queue.unshift(...contacts.map((uri) => ({ uri, redirected: true })));
    return contacts.length > 0;
  }

  #cancelAll(headers: readonly (readonly [string, string])[] = []): void {
    for (const branch of [...this.#active]) branch.cancel(headers);
  }

  #finish(): void {
    this.#done = true;
    if (!this.#transaction.answered) {
      const answer = this.#answer();
      this.#forward(answer);
      this.#plan.records?.failed(answer);
    }
    this.#hooks.onDone();
    this.#tell();
  }

  #answer(): OutgoingMessage {
    const best = bestResponse(this.#finals);
    if (best !== undefined) return responseUpstream(best, this.#finals);
    const status = this.#cancelled ? 487 : this.#sent ? 408 : 500;
    return OutgoingMessage.responseTo(this.#transaction.request, status);
  }

  #forward(response: OutgoingMessage): boolean {
    return this.#transaction.respond(response);
  }
}

function contactsByPreference(response: SipMessage): string[] {
  const contacts = response.headerValues('contact').flatMap((value) => {
    const match = /<([^>]+)>(.*)$/s.exec(value) ?? /^\s*([^;\s]+)(.*)$/s.exec(value);
    const uri = match?.[1];
    if (uri === undefined || !/^sips?:/i.test(uri)) return [];
    const q = /;\s*q\s*=\s*([01](?:\.\d{0,3})?)/i.exec(match?.[2] ?? '')?.[1];
    return [{ uri, q: q === undefined ? 1 : Number(q) }];
  });
  return contacts.toSorted((a, b) => b.q - a.q).map(({ uri }) => uri);
}
