import { OutgoingMessage, parseMessage, parseUri, type SipMessage, SipParseError } from '../../sip-engine/index.ts';

const ANSWERS = [0, 400, 413, 414, 416, 505, 513];
/** Writing a message out in full may take it over a limit: names grow, Content-Length is added. */
const GROWN = ['message_too_large', 'header_too_long', 'body_too_large'];

/** What a message is to the parser: accepted, or the code of the fault. @throws when the parser itself is at fault */
export function checkParser(bytes: Buffer): string {
  let message: SipMessage;
  try {
    message = parseMessage(bytes);
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    if (!ANSWERS.includes(error.status)) throw new Error(`answer ${error.status}`, { cause: error });
    if (error.partial !== undefined) readAll(error.partial);
    return error.code;
  }
  readAll(message);
  checkCopy(message, OutgoingMessage.fromMessage(message));
  if (message.isRequest) checkAnswer(message);
  return 'accepted';
}

/** Nothing that is read lazily may throw. */
function readAll(message: SipMessage): void {
  const names = new Set<string>();
  for (const [name] of message.entries()) names.add(name);
  let lines = 0;
  for (const name of names) {
    if (message.header(name) === undefined) throw new Error(`header ${name} is listed and not found`);
    message.headerValues(name);
    lines += message.headerLines(name).length;
  }
  if (lines < names.size) throw new Error('header lines are missing');
  if (message.body.length > message.raw.length) throw new Error('the body is longer than the message');
  void [message.topVia, message.callId, message.fromTag, message.toTag, message.reason];
  try {
    parseUri(message.uri);
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
  }
}

/** What is forwarded means the same to whoever reads it next. */
function checkCopy(message: SipMessage, copy: OutgoingMessage): void {
  const again = reparse(copy);
  if (again === undefined) return;
  const [a, b] = [meaning(message), meaning(again)];
  if (a !== b) throw new Error(`forwarding changed ${a} to ${b}`);
}

function meaning(message: SipMessage): string {
  const { method, uri, status, reason, callId, fromTag, toTag, cseq, cseqMethod, topVia, body } = message;
  const lines = [...message.entries()].length - message.headerLines('content-length').length;
  return JSON.stringify([
    method,
    uri,
    status,
    reason,
    callId,
    fromTag,
    toTag,
    cseq,
    cseqMethod,
    topVia.branch,
    body.length,
    lines,
  ]);
}

/** Whatever was accepted can be answered, with a tag of ours where it brought none. */
function checkAnswer(request: SipMessage): void {
  const answer = OutgoingMessage.responseTo(request, 200);
  if (request.toTag === '') answer.set('To', `${answer.header('to')};tag=ours`);
  const again = reparse(answer);
  if (again === undefined) return;
  const same =
    again.callId === request.callId && again.cseq === request.cseq && again.topVia.branch === request.topVia.branch;
  if (!same || again.status !== 200) throw new Error('the answer is not the request’s');
}

function reparse(message: OutgoingMessage): SipMessage | undefined {
  try {
    return parseMessage(message.toBuffer());
  } catch (error) {
    if (error instanceof SipParseError && GROWN.includes(error.code)) return undefined;
    throw error;
  }
}
