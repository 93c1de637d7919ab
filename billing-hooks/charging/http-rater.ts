import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { postJson, under } from '../adapters/index.ts';
import type { Price, Rater, RatingQuestion } from './rating-service.ts';

export interface HttpRaterOptions {
  /** `https://billing.example/didfarm`: `/rate` is added. */
  readonly url: string;
  /** Sent as a Bearer token. */
  readonly token?: string | undefined;
  /** @default 5 000 */
  readonly timeoutMs?: number;
}

const WHOLE = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const ANSWER = Type.Object({
  charges: Type.Array(Type.Object({ id: Type.String(), amount_micros: WHOLE, billed_sec: Type.Optional(WHOLE) })),
});

/** An operator's own rating over HTTP: `POST /rate` with ended calls, answered by what each of them comes to. */
export function createHttpRater({ url, token, timeoutMs = 5000 }: HttpRaterOptions): Rater {
  return {
    name: new URL(url).host,
    async rate(questions) {
      const { status, isOk, text } = await postJson(
        { url: under(url, 'rate'), token, timeoutMs },
        { calls: questions.map(renderQuestion) },
      );
      if (!isOk) throw new Error(`the rating service answered ${status}`);
      return pricesIn(text, questions);
    },
  };
}

/** @throws when that is no answer: a part of one is none either */
function pricesIn(text: string, questions: readonly RatingQuestion[]): ReadonlyMap<string, Price> {
  const answer: unknown = JSON.parse(text);
  if (!Value.Check(ANSWER, answer)) throw new Error('the rating service answered without charges in whole micro-units');
  const asked = new Map(questions.map((question) => [question.id, question]));
  return new Map(
    answer.charges.map(({ id, amount_micros: amountMicros, billed_sec: billedSec }) => {
      const question = asked.get(id);
      if (question === undefined) throw new Error(`the rating service priced ${id}, which it was not asked for`);
      const { byDeck, durationMs } = question;
      return [id, { amountMicros, billedSec: billedSec ?? byDeck?.billedSec ?? Math.ceil(durationMs / 1000) }];
    }),
  );
}

function renderQuestion(question: RatingQuestion) {
  const { byDeck } = question;
  return {
    ...{ id: question.id, call_uuid: question.callUuid, leg: question.leg },
    ...{ account_id: question.accountId, carrier_id: question.carrierId, trunk_id: question.trunkId },
    ...{ direction: question.direction, from: question.from, to: question.to },
    answered_at: new Date(question.answeredAtMs).toISOString(),
    duration_ms: question.durationMs,
    currency: question.currency,
    by_deck: byDeck === null ? null : { amount_micros: byDeck.amountMicros, billed_sec: byDeck.billedSec },
  };
}
