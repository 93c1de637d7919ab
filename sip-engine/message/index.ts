export { contactUri } from './contact-uri.ts';
export { SipInjectionError, type SipParseCode, SipParseError } from './errors.ts';
export {
  canonicalName,
  formsOf,
  headerRank,
  idOfName,
  idTable,
  knownId,
  lowerAsSpelled,
  lowerName,
} from './header-names.ts';
export { DEFAULT_LIMITS, type ParseLimits } from './limits.ts';
export { METHODS } from './methods.ts';
export { formatNameAddr, parseNameAddr, quote, tagOf, unquote, uriOfAddress } from './name-addr.ts';
export { OutgoingMessage } from './outgoing-message.ts';
export { ownText } from './own-text.ts';
export { formatParams } from './params.ts';
export { parseMessage } from './parse-message.ts';
export { answerLines, joinedLines, topBranch, withTopVia } from './parsed-message.ts';
export { PieceWriter } from './piece-writer.ts';
export { type PlainRegister, readPlainRegister } from './plain-register.ts';
export { reasonPhrase, statusLine } from './reason-phrases.ts';
export { RegisterMessage } from './register-message.ts';
export { isSafeUri, isSafeValue } from './safe-value.ts';
export { splitValues } from './split-values.ts';
export { TextWriter } from './text-writer.ts';
export type * from './types.ts';
export { formatHost, formatUri, isPlainUri, parseUri, readHostPort } from './uri.ts';
export { canonicalHost, uriEquals } from './uri-equals.ts';
export { isWellFormed, isWellFormedOf, validateKnownHeaders } from './validate-known-headers.ts';
export { parseVia } from './via.ts';
