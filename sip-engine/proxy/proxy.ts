import { OutgoingMessage, SipInjectionError, type SipMessage } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Flow, Target } from '../transport/index.ts';
import { responseUpstream } from './best-response.ts';
import type { BranchSpec } from './branch.ts';
import { CallRecords } from './call-records.ts';
import { ChallengedTargets } from './challenged-targets.ts';
import { DialogTokens, TOKEN_PARAM } from './dialog-tokens.ts';
import { addHeaders, copyToForward, refusalOf } from './forwarded-request.ts';
import { LoopDetector } from './loop-detector.ts';
import { ProxiedDialogs } from './proxied-dialogs.ts';
import { ProxyRun, type RunPlan } from './proxy-run.ts';
import { addPath, addRecordRoute, firstUri, nextHopOf, readUri } from './routes.ts';
import type { ProxyDeps, ProxyListener, ProxyRefusal, ProxyRequest, SipProxy } from './types.ts';

/** Needs no socket and no application of its own: it works on the transactions it is given. */
export function createProxy(deps: ProxyDeps): SipProxy {
  return new StatefulProxy(deps);
}

class StatefulProxy implements SipProxy {
  readonly #deps: ProxyDeps;
  readonly #runs = new Map<ServerTransaction, ProxyRun>();
  readonly #dialogs: ProxiedDialogs;
  readonly #challenged: ChallengedTargets;
  readonly #loops = new LoopDetector();
  readonly #tokens: DialogTokens;

  constructor(deps: ProxyDeps) {
    this.#deps = deps;
    this.#dialogs = new ProxiedDialogs(deps);
    this.#challenged = new ChallengedTargets(deps);
    this.#tokens = new DialogTokens(deps.ports.random);
  }

  get size(): number {
    return this.#runs.size;
  }

  get dialogs(): number {
    return this.#dialogs.size;
  }

  start(transaction: ServerTransaction, command: ProxyRequest, listener: ProxyListener): ProxyRefusal | undefined {
    const refusal = this.#check(transaction.request);
    if (refusal !== undefined) {
      this.#refuse(transaction, refusal);
      return refusal;
    }
    try {
      this.#run(transaction, this.#planOf(transaction, command), listener);
      return undefined;
    } catch (error) {
      // A header that cannot be sent as it is: the caller must not be left waiting for it.
      if (!(error instanceof SipInjectionError)) throw error;
      const unsendable: ProxyRefusal = { status: 500, reason: `Invalid proxy request: ${error.message}` };
      this.#refuse(transaction, unsendable);
      return unsendable;
    }
  }

  onCancel(transaction: ServerTransaction, cancel: SipMessage): boolean {
    const run = this.#runs.get(transaction);
    run?.cancel(cancel);
    return run !== undefined;
  }

  onRequest(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    if (request.toTag === '' || !this.#isRoutedHere(request)) return false;
    const refusal = this.#check(request);
    this.#dialogs.learn(request, transaction.flow);
    if (refusal === undefined) this.#forwardInDialog(transaction);
    else this.#refuse(transaction, refusal);
    return true;
  }

  onAck(ack: SipMessage): boolean {
    if (!this.#isRoutedHere(ack)) return false;
    if (refusalOf(ack) !== undefined) return true;
    const copy = copyToForward(ack, this.#deps.isOwnUri);
    const uri = nextHopOf(copy);
    const known = this.#dialogFlow(ack, copy, uri);
    if (known !== undefined) this.#deps.transactions.sendStateless(copy, known);
    else this.#deps.resolve(uri, (result) => this.#sendAck(copy, result));
    return true;
  }

  onStrayResponse(response: SipMessage): boolean {
    const below = response.headerValues('via')[1];
    const isSuccess = response.status >= 200 && response.status < 300 && response.cseqMethod === 'INVITE';
    const flow = isSuccess && below !== undefined ? this.#dialogs.flowBack(response) : undefined;
    if (flow === undefined) return false;
    flow.send(responseUpstream(response).toBuffer());
    return true;
  }

  #check(request: SipMessage): ProxyRefusal | undefined {
    if (this.#loops.isLoop(request)) return { status: 482, reason: 'Rejected with 482 Loop Detected' };
    return refusalOf(request);
  }

  #refuse(transaction: ServerTransaction, { status }: ProxyRefusal): void {
    const response = OutgoingMessage.responseTo(transaction.request, status);
    if (status === 420) response.add('Unsupported', transaction.request.headerValues('proxy-require').join(', '));
    transaction.respond(response);
  }

  #run(transaction: ServerTransaction, plan: RunPlan, listener: ProxyListener): void {
    const { request } = transaction;
    const run = new ProxyRun(transaction, plan, this.#deps, listener, {
      onBranch: (branch) => this.#loops.add(branch, request),
      onBranchForgotten: (branch) => this.#loops.remove(branch),
      onDone: () => void this.#runs.delete(transaction),
    });
    this.#runs.set(transaction, run);
    run.start();
  }

  #planOf(transaction: ServerTransaction, command: ProxyRequest): RunPlan {
    const { request, flow, isInvite } = transaction;
    const base = copyToForward(request, this.#deps.isOwnUri);
    addHeaders(base, command.headers);
    const challenger = this.#challenged.find(request);
    const { provisionalTimeoutMs, finalTimeoutMs, remainInDialog } = command;
    const retarget = !/^tel:/i.test(base.uri) && this.#deps.isOwnUri(base.uri);
    const { outboundProxy, record } = this.#deps;
    const specFor = (uri: string, redirected: boolean): BranchSpec => ({
      ...{ uri, isInvite, provisionalTimeoutMs, finalTimeoutMs },
      ...(outboundProxy === undefined ? {} : { via: outboundProxy }),
      build: (to) => {
        const message = base.clone();
        if (retarget || redirected) message.uri = withoutHeaders(uri);
        if (remainInDialog) this.#stayOnPath(message, transaction, to);
        return message;
      },
    });
    return {
      uris: challenger === undefined ? command.targets : [challenger],
      simultaneous: command.simultaneous,
      followRedirects: command.followRedirects,
      specFor,
      ...(remainInDialog
        ? { onSuccess: (response: SipMessage, to: Flow) => this.#dialogs.remember(request, flow, response, to) }
        : {}),
      onFailure: (response: SipMessage, uri: string) => this.#challenged.learn(response, uri),
      ...(record !== undefined && isInvite ? { records: new CallRecords(record) } : {}),
    };
  }

  #stayOnPath(message: OutgoingMessage, { request, flow: from }: ServerTransaction, to: Flow): void {
    const token = `;${TOKEN_PARAM}=${this.#tokens.of(request)}`;
    if (message.method === 'REGISTER') addPath(message, this.#deps.transport, to);
    else addRecordRoute(message, this.#deps.transport, { from, to, token });
    message.arrange();
  }

  #inDialogPlan(transaction: ServerTransaction, onSent: (request: OutgoingMessage) => void): RunPlan {
    const { request, isInvite } = transaction;
    const copy = copyToForward(request, this.#deps.isOwnUri);
    const uri = nextHopOf(copy);
    const flow = this.#dialogFlow(request, copy, uri);
    const spec: BranchSpec = {
      ...{ uri, isInvite, provisionalTimeoutMs: 0, finalTimeoutMs: 0 },
      ...(flow === undefined ? {} : { flow }),
      build: () => copy,
    };
    return { uris: [uri], simultaneous: false, followRedirects: false, specFor: () => spec, onSent };
  }

  #forwardInDialog(transaction: ServerTransaction): void {
    const { request } = transaction;
    let sent: OutgoingMessage | undefined;
    let challenged = false;
    const plan = this.#inDialogPlan(transaction, (forwarded) => {
      sent = forwarded;
    });
    this.#run(transaction, plan, {
      onFinal: ({ status }) => {
        challenged = status === 401 || status === 407;
        // A BYE that was challenged is sent again.
        if (request.method === 'BYE' && !challenged) this.#dialogs.forget(request);
      },
      onDone: () => {
        const { record } = this.#deps;
        if (record === undefined || sent === undefined || request.method !== 'BYE' || challenged) return;
        CallRecords.hungUp(record, request, sent);
      },
    });
  }

  /** Only where no further Route leads the way. */
  #dialogFlow(request: SipMessage, copy: OutgoingMessage, uri: string): Flow | undefined {
    return copy.has('route') ? undefined : this.#dialogs.flowFor(request, uri);
  }

  #sendAck(ack: OutgoingMessage, result: readonly Target[] | Error): void {
    const target = result instanceof Error ? undefined : result[0];
    if (target === undefined) return;
    try {
      this.#deps.transactions.sendStateless(ack, this.#deps.transport.flowTo(target));
    } catch (error) {
      this.#deps.ports.logger.debug({ err: error, target }, 'an ACK could not be forwarded');
    }
  }

  /**
   * A loose Route to us, or a strict router's Request-URI that is our Record-Route (RFC 3261 16.4). Whoever cannot
   * show the token that we have put there would only use us to reach others.
   */
  #isRoutedHere(request: SipMessage): boolean {
    const route = firstUri(request, 'route');
    if (route === undefined) return false;
    return [route, request.uri].some((uri) => this.#isOwnLoose(uri) && this.#tokens.admits(uri, request));
  }

  #isOwnLoose(uri: string): boolean {
    return this.#deps.isOwnUri(uri) && readUri(uri)?.params.has('lr') === true;
  }
}

function withoutHeaders(uri: string): string {
  const mark = uri.indexOf('?');
  return mark < 0 ? uri : uri.slice(0, mark);
}
