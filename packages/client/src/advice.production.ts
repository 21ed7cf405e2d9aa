// Stands in for `advice.ts` in a page that is built for production: bundlers take calls of empty functions away.

export function checkOptions(_options: object): void {}
export function checkJoin(_target: unknown, _options: object): void {}
export function checkNames(_message: object): void {}
export function checkToken(token: string | null): string | null {
  return token
}
export function checkActivity(_activity: string): void {}
export function checkSent(_declared: unknown, _type: string): void {}
export function checkHeard(_declared: unknown, _type: string): void {}
export function checkEmitted(_client: object, _type: string, _payloads?: readonly unknown[]): void {}
export function adviseOfLeft(_room: string, _type: string, _state: object): void {}
export function checkListened(_client: object, _type: string): void {}
export function adviseOfIdle(_client: object, _options: object): void {}
export function wasReached(_session: object): void {}
export function adviseOfUnreachable(_session: object, _options: object, _error: unknown): void {}
export function adviseOfUnheard(_error: object, _isBug: boolean, _isSeen: boolean): void {}
export function freeze(_state: unknown): void {}
