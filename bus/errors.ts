import type { SipRequestName } from './messages.ts';

/** A SIP thread hangs: it was asked something and has not answered in time. */
export class LateAnswerError extends Error {
  readonly code = 'late_answer';
  readonly thread: string;

  constructor(thread: string, name: SipRequestName, limitMs: number) {
    super(`the thread ${thread} has not answered "${name}" within ${limitMs} ms`);
    this.name = 'LateAnswerError';
    this.thread = thread;
  }
}
