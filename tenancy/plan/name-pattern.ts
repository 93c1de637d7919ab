/**
 * Names are one line of visible text, in any language: control characters would reach terminals, and those that turn
 * the direction of writing make a name look like another one.
 */
export const NAME_PATTERN = '^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]+$';
