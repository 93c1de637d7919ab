import { answerChallenge } from '../../../auth/index.ts';
import { type PbxFields, register, type TestOptions, testRegistrar } from '../../../registrar/fixtures.ts';
import { CALLS } from '../../../routing/fixtures.ts';
import {
  type CallRouterDeps,
  createCallRouter,
  createInviteAuth,
  type ExplainQuery,
  type Explanation,
  MemoryAdmission,
} from '../../../routing/index.ts';
import { ManualClock } from '../../../routing/test-stage.ts';
import { type FakeCall, FakeEngine, type InviteFields, settle } from './fake-engine.ts';
import { type MessageStage, messageStage } from './message-stage.ts';

/** The product's own registrar, authenticator and router in one thread, over an engine whose far ends are the test's. */
export interface MatrixWorld {
  readonly test: ReturnType<typeof testRegistrar>;
  readonly router: ReturnType<typeof createCallRouter>;
  readonly clock: ManualClock;
  /** `result reason` of every REGISTER, call and MESSAGE, as the metrics got them. */
  reached(): readonly string[];
  readonly messages: MessageStage;
  register(fields?: PbxFields): void;
  explain(query: ExplainQuery): Explanation;
  /** From the carrier, to the DID, unless said otherwise. */
  invite(fields?: Partial<InviteFields>): Promise<FakeCall>;
  /** Through a trunk with a password: INVITE, 407, INVITE. */
  dial(number: string, fields?: DialFields): Promise<FakeCall>;
}

export interface DialFields {
  readonly username?: string;
  readonly password?: string;
  /** The number that is shown. */
  readonly caller?: string;
  readonly domain?: string;
  /** Changes the credentials, or what happens between challenge and answer. */
  readonly before?: () => void;
  readonly nc?: number;
  readonly source?: string;
}

export const DID = '+31201234567';
export const CARRIER = '127.0.0.2';

export type RouterOptions = Partial<
  Pick<CallRouterDeps, 'privateMedia' | 'referPolicy' | 'readiness' | 'srf' | 'random' | 'config' | 'funds'>
>;

export function matrixWorld(options: TestOptions = {}, more: RouterOptions = {}): MatrixWorld {
  const test = testRegistrar({ rateLimits: false, ...options });
  const engine = new FakeEngine();
  const clock = new ManualClock();
  const counted: string[] = [];
  let serial = 0;
  const router = createCallRouter({
    directory: test.directory,
    bindings: test.registrar,
    auth: createInviteAuth(test.auth),
    admission: new MemoryAdmission(),
    config: CALLS,
    srf: engine.port,
    clock,
    random: { float: () => 0.5, hex: () => String(++serial) },
    sink: {
      emit: () => undefined,
      count: (_direction, result, reason) => counted.push(`${result} ${reason}`),
      log: () => undefined,
      fault: () => undefined,
    },
    ...more,
  });
  const messages = messageStage(test, router);
  const invite = async (fields: Partial<InviteFields> = {}) => {
    const { headers, ...rest } = fields;
    const call = engine.invite(
      {
        uri: `sip:${DID}@sip.didfarm.com`,
        source: CARRIER,
        headers: { From: '<sip:+4930111222@carrier.example>;tag=1', Contact: '<sip:c@h>', ...headers },
        ...rest,
      },
      (req, res) => router.handleInvite(req, res),
    );
    await settle();
    return call;
  };
  return {
    test,
    router,
    clock,
    messages,
    reached: () => [...test.counted, ...counted, ...messages.reached],
    register: (fields) => void register(test, fields),
    explain: (query) => router.explain(query),
    invite,
    dial: (number, fields = {}) => dial(invite, number, fields),
  };
}

async function dial(invite: MatrixWorld['invite'], number: string, fields: DialFields): Promise<FakeCall> {
  const { username = 'acme', password = 'secret', domain = 'sip.didfarm.com', caller = DID } = fields;
  const uri = `sip:${number}@${domain}`;
  const source = fields.source ?? '198.51.100.7';
  const From = `<sip:${caller}@${domain}>;tag=2`;
  const first = await invite({ uri, source, headers: { From } });
  const challenge = first.finals[0]?.headers['Proxy-Authenticate'];
  if (challenge === undefined) return first;
  fields.before?.();
  const answer = { challenge, username, password, method: 'INVITE', uri, nc: fields.nc ?? 1 };
  return invite({ uri, source, headers: { From, 'Proxy-Authorization': answerChallenge(answer) } });
}
