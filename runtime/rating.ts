import { createHttpRater, RatingService, type RatingServiceOptions } from '../billing-hooks/index.ts';
import type { Config } from '../config/index.ts';
import type { Logger } from '../telemetry/index.ts';

/** Whoever else prices ended calls; `undefined` when the decks do alone. */
export function createRating(
  { billingService: { url, token, rating } }: Pick<Config, 'billingService'>,
  onFault: RatingServiceOptions['onFault'],
): RatingService | undefined {
  if (rating === 'off' || url === undefined) return undefined;
  return new RatingService({ rater: createHttpRater({ url, token }), whileSilent: rating, nowMs: Date.now, onFault });
}

/** A log line when the service falls silent, with when it is asked again. */
export function warnOfSilence(logger: Logger): RatingServiceOptions['onFault'] {
  return (error, againInMs) => logger.warn({ err: error, againInMs }, 'the rating service does not price calls');
}
