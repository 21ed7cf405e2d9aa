// Stands in for `witness.ts` in a page that is built for production: bundlers take calls of empty functions away.
import type { Message, Reaction, Owner } from '@painda/protocol'
import type { ReadPlaces } from './witness.js'

export function asked(_message: Message): void {}
export function rewritten(_from: Message, _to: Message): void {}
export function listens(_listener: object, _how: string, _type?: string): void {}
export function standsFor(_outer: object, _inner: object, _how: string): void {}
export function rememberSite(_thing: object): void {}
export function askedFor(_thing: object, _message: Message): void {}
export function clockOfWitness(): void {}
export function tellWoken(_start: number | void, _reaction: Omit<Reaction, 'owner' | 'ms'>): void {}
export function tellSelector(
  _start: number | void,
  _listener: object,
  _reads: ReadPlaces,
  _isChanged: boolean,
): void {}
export function setOwner<Listener extends object>(listener: Listener, _owner?: Owner | void): Listener {
  return listener
}
