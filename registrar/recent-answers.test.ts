import t from 'tap';
import { inboundRequest, type RequestFields } from '../auth/index.ts';
import { DateLine } from './date-line.ts';
import { RecentAnswers } from './recent-answers.ts';

const START_MS = Date.UTC(2026, 10, 2, 8, 0, 0);
const OK = { status: 200, lines: ['Contact: <sip:a@b>;expires=60', 'Supported: path, outbound', dateAt(START_MS)] };

function dateAt(nowMs: number): string {
  return new DateLine().at(nowMs);
}

/** Responses of 32 digits that differ in their last, their middle or their first ones. */
function responseOf(number: number): string {
  const digits = number.toString(16).padStart(8, '0');
  return `${digits}${'ab'.repeat(4)}${'cd'.repeat(8)}`;
}

function asked(response: string, fields: RequestFields = {}) {
  return inboundRequest({ ...fields, headers: { authorization: `Digest username="a", response="${response}"` } });
}

function find(recent: RecentAnswers, request: ReturnType<typeof asked>, nowMs = START_MS) {
  return recent.find(request, request.headerLines('authorization'), nowMs);
}

t.test('an answer is found with all its lines, plain or not, with the date it was given at', async (t) => {
  const recent = new RecentAnswers(new DateLine(), 7);
  const refused = { status: 423, lines: ['Min-Expires: 60'] };
  recent.keep(asked(responseOf(1)), responseOf(1), OK, START_MS);
  recent.keep(asked(responseOf(2)), responseOf(2), refused, START_MS);
  t.strictSame(find(recent, asked(responseOf(1)), START_MS + 31_000), OK);
  t.strictSame(find(recent, asked(responseOf(2)), START_MS + 31_000), refused);
  t.equal(find(recent, asked(responseOf(1)), START_MS + 32_001), undefined, 'but not for ever');
  t.equal(recent.size, 0);
});

t.test('the same response in other hands, another transaction or another spelling', async (t) => {
  const recent = new RecentAnswers(new DateLine(), 7);
  const response = responseOf(0xabcdef);
  recent.keep(asked(response), response, OK, START_MS);
  const others: readonly RequestFields[] = [
    { branch: 'z9hG4bK-2' },
    { callId: 'call-2' },
    { cseq: 2 },
    { sourcePort: 5061 },
    { sourceAddress: '198.51.100.8' },
  ];
  for (const fields of others) t.equal(find(recent, asked(response, fields)), undefined, JSON.stringify(fields));
  t.equal(find(recent, asked(responseOf(0xabcdee))), undefined, 'another response');
  t.match(find(recent, asked(response.toUpperCase())), OK, 'in capitals');
  const loose = inboundRequest({
    headers: { authorization: `Digest username=a, realm=r, nonce=n, RESPONSE = ${response}` },
  });
  t.match(find(recent, loose), OK, 'without quotes');
  t.equal(find(recent, inboundRequest({ headers: { authorization: 'Digest nonsense' } })), undefined);
});

t.test('many answers find room, and beyond the limit the oldest go', async (t) => {
  const recent = new RecentAnswers(new DateLine(), 7);
  const many = 300_000;
  for (let number = 0; number < many; number += 1) {
    const response = responseOf(number);
    recent.keep(inboundRequest({ cseq: number }), response, OK, START_MS);
  }
  t.equal(recent.size, 1 << 18);
  t.equal(find(recent, asked(responseOf(0), { cseq: 0 })), undefined);
  for (const number of [many - (1 << 18), 200_000, many - 1]) {
    t.match(find(recent, asked(responseOf(number), { cseq: number })), OK, `${number}`);
  }
  recent.forget(START_MS + 40_000);
  t.equal(recent.size, 0);
});

t.test('a clock that is set back leaves nothing that would never go', async (t) => {
  const recent = new RecentAnswers(new DateLine(), 7);
  recent.keep(asked(responseOf(1)), responseOf(1), OK, START_MS);
  recent.forget(START_MS - 3_600_000);
  t.equal(recent.size, 0);
});
