import { answerChallenge } from '../../../auth/index.ts';
import type { testRegistrar } from '../../../registrar/fixtures.ts';
import { type InviteFields, invite } from '../../../routing/fixtures.ts';
import { type CallRouter, createInviteAuth, MessageRouter } from '../../../routing/index.ts';
import { reasonEntry } from '../../../telemetry/index.ts';

const FRIEND = '+31687654321';

export interface MessageStage {
  /** What a PBX answers to the messages it is brought; `undefined`: nothing. */
  farEnd: number | undefined;
  /** `result reason` of every message. */
  readonly reached: readonly string[];
  /** As the trunk `acme` with its password: MESSAGE, 407, MESSAGE. */
  send(from: string, body?: string, contentType?: string): void;
  /** A text that has come for that number. */
  bring(to: string): Promise<unknown>;
}

/** The product's own message router over the registrar, authenticator and call router of a matrix world. */
export function messageStage(test: ReturnType<typeof testRegistrar>, calls: CallRouter): MessageStage {
  const reached: string[] = [];
  const router = new MessageRouter({
    world: () => calls.world,
    auth: createInviteAuth(test.auth),
    send: (_order, done) => done(stage.farEnd),
    accept: () => undefined,
    onEnded: ({ reason }) => void reached.push(`${reasonEntry(reason).result} ${reason}`),
    perMinute: 60,
    nowMs: () => test.clock.nowMs,
  });
  let serial = 0;
  const handle = (fields: InviteFields, body: string) => {
    serial += 1;
    const request = { ...invite(fields), method: 'MESSAGE', callId: `m${serial}@test`, branch: `z9hG4bKm${serial}` };
    return router.handle(request, Buffer.from(body));
  };
  const stage: MessageStage = {
    farEnd: 200,
    reached,
    send(from, body = 'Hello', contentType = 'text/plain') {
      const uri = `sip:${FRIEND}@sip.didfarm.com`;
      const headers = { 'content-type': contentType };
      const fields = { uri, source: '198.51.100.7', from: `<sip:${from}@sip.didfarm.com>`, headers };
      const challenge = handle(fields, body).lines.find((line) => line.startsWith('Proxy-Authenticate')) ?? '';
      const answer = answerChallenge({ challenge, username: 'acme', password: 'secret', method: 'MESSAGE', uri });
      handle({ ...fields, headers: { ...headers, 'proxy-authorization': answer } }, body);
    },
    bring: (to) => router.bring({ uuid: `msg_${++serial}`, attempt: 1, from: FRIEND, to, body: 'Hi' }),
  };
  return stage;
}
