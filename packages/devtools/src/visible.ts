// Names and texts come from peers: what would turn the line around, hide in it or break it is written out, as a source would have it.

// Controls, zero-width space, marks and overrides of direction, line separators, byte order mark. A joiner stays: it belongs to emoji.
// oxlint-disable-next-line no-control-regex -- those are what it is about
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
/** Half of a character. */
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** A name longer than this is no name. */
const MAX_LENGTH = 300

export function visible(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
  return escaped(short)
}

/** As `visible`, of a text whose length somebody else has seen to. */
export function escaped(text: string): string {
  return text.replace(HIDDEN, codeOf).replace(LONE, codeOf)
}

function codeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
