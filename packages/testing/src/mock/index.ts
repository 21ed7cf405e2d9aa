// `@painda/testing/mock`: a room without a server, for Storybook and component tests. Runs in any page.
export { createMockRoom } from './mock-room.js'
export type { Inside, MockRoom, MockRoomOptions, ShowOptions } from './mock-room.js'
export type { MockAnswers, MockMessage, MockRequest } from './asked.js'
