import type { DialRule } from '../../bus/index.ts';

/** Longer texts are no numbers, and would make patterns slow. */
const MAX_LENGTH = 64;

/** Rewrites a dialled text by the first rule that fits; as it is when none does. */
export function applyDialPlan(plan: readonly DialRule[] | undefined, text: string): string {
  if (plan === undefined || text.length > MAX_LENGTH) return text;
  for (const rule of plan) {
    const rewritten = applyRule(rule, text);
    if (rewritten !== undefined) return rewritten;
  }
  return text;
}

function applyRule(rule: DialRule, text: string): string | undefined {
  if ('prefix' in rule) {
    return text.startsWith(rule.prefix) ? `${rule.add}${text.slice(rule.strip)}` : undefined;
  }
  const pattern = compile(rule.match);
  return pattern?.test(text) === true ? text.replace(pattern, rule.replace) : undefined;
}

/**
 * The pattern over the whole text. Tenants write these, and they run while a call waits: a group that repeats, a
 * back reference or more than two open-ended repetitions could take for ever, so such a pattern fits nothing.
 */
function compile(match: string): RegExp | undefined {
  const openEnded = match.match(/[*+]|\{\d*,\}/g)?.length ?? 0;
  if (openEnded > 2 || /\)\s*[*+?{]|\\[1-9k]|\(\?/.test(match)) return undefined;
  try {
    return new RegExp(`^(?:${match})$`);
  } catch {
    return undefined;
  }
}
