import { note } from '../telemetry/index.ts';
import type { CallContext } from './call-context.ts';

/** Hands the admitted call to the back-to-back user agent; what follows is asynchronous. */
export function bridgeLegs(context: CallContext): undefined {
  const legs = context.options.slice(context.admitted).flatMap((option) => option.legs);
  note(context, 'bridgeLegs', `${legs.length} targets`, `call ${legs.map((leg) => leg.label).join(', then ')}`);
  context.effects.bridge(context);
  return undefined;
}
