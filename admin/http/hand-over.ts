import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';
import type { SandboxPort, TestCaller } from '../sandbox-port.ts';

/** Tells an answer of a test world from one of the live side. */
const LIVEMODE = 'x-didfarm-livemode';

/**
 * Leaves a request to the test world of its caller, before anything of it was looked at but the key. What the live
 * side has already said of it (rate limits, security) stands in the answer as well.
 */
export async function handOver(
  sandbox: SandboxPort | undefined,
  caller: TestCaller,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (sandbox === undefined) throw new ApiError('sandbox_not_available', 'This server has no sandbox.');
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.setHeader(LIVEMODE, 'false');
  await sandbox.answer(caller, request.raw, reply.raw);
  reply.hijack();
}
