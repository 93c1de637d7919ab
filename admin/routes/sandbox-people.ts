import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import { fieldError, notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope, ID_PARAMS } from '../shapes.ts';
import { SUBMISSION_SHAPE, submissionView } from '../views/regulatory.ts';
import { toE164 } from './did-routing.ts';
import { MESSAGE_SHAPE, messageView } from './messages.ts';
import { testWorldOf } from './sandbox.ts';

const TAG = 'Sandbox';

/** People outside of a test world: somebody with a telephone, and a regulator in a hurry. */
export function installSandboxPeople(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/sandbox/messages',
    tag: TAG,
    summary: 'Somebody sends a message to a number of the test world',
    scope: 'messages:write',
    body: Type.Object(
      {
        from: Type.String({ minLength: 1, maxLength: 32 }),
        to: Type.String({ minLength: 3, maxLength: 32 }),
        body: Type.String({ maxLength: 5000, pattern: '^[^\\u0000]*$' }),
      },
      { additionalProperties: false },
    ),
    status: 201,
    response: envelope(MESSAGE_SHAPE),
    handler: async ({ principal, body: { from, to, body } }) => {
      testWorldOf(deps);
      const number = toE164(to);
      if ((await deps.store.dids.findByNumber(principal.visible, number)) === undefined) throw notFound('number');
      const reference = `handset-${randomUUID()}`;
      return { data: messageView(await deps.store.messages.receive({ from, to: number, body, reference })) };
    },
  });
  define({
    method: 'POST',
    url: '/sandbox/regulatory/:id/decision',
    tag: TAG,
    summary: 'Have the simulated regulator decide about a submission now',
    scope: 'numbers:write',
    params: ID_PARAMS,
    body: Type.Object(
      {
        status: Type.Enum(['approved', 'rejected']),
        reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
      },
      { additionalProperties: false },
    ),
    response: envelope(SUBMISSION_SHAPE),
    publishes: true,
    handler: async ({ principal, params, body: { status, reason } }) => {
      testWorldOf(deps);
      if (status === 'approved' && reason !== undefined) throw fieldError('reason', 'goes with rejected');
      const { id } = await deps.store.regulatory.getSubmission(principal.visible, params.id);
      const by = 'simulated regulator';
      const decision =
        status === 'approved' ? { status, by } : { status, by, reason: reason ?? 'The documents cannot be read.' };
      return { data: submissionView(await deps.store.regulatory.decide(principal.actor, id, decision)) };
    },
  });
}
