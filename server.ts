import type { ServeOptions } from './runtime/serve.ts';
import { loadSipCode } from './runtime/sip-code.ts';

/**
 * The server, as `npm start` has it. Its SIP thread reads its code while this one reads its own, so that nothing but
 * that thread may be imported before: the start itself is in runtime/serve.ts.
 */
export async function serve(options: ServeOptions = {}): Promise<void> {
  const sipCode = loadSipCode();
  const runtime = await import('./runtime/serve.ts');
  await runtime.serve(sipCode, options);
}

if (import.meta.main) {
  await serve().catch(async (error: unknown) => {
    const { failStart } = await import('./runtime/start-error.ts');
    failStart(error);
  });
}
