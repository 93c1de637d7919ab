import { note } from '../telemetry/index.ts';
import type { CallContext } from './call-context.ts';

/** Hands the admitted call to the back-to-back user agent; what follows is asynchronous. */
export function bridgeLegs(context: CallContext): undefined {
  let count = 0;
  let labels = '';
  for (let index = context.admitted; index < context.options.length; index++) {
    for (const { label } of context.options[index]?.legs ?? []) {
      labels += count === 0 ? label : `, then ${label}`;
      count += 1;
    }
  }
  note(context, 'bridgeLegs', `${count} targets`, `call ${labels}`);
  context.effects.bridge(context);
  return undefined;
}
