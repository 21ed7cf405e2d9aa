// How much of the packages lands in a page, minified and packed: as bundlers build a page for production.

const forProduction = (config) => ({ ...config, conditions: ['production'] })

export default [
  {
    name: 'protocol, all of it',
    path: 'packages/protocol/dist/index.js',
    limit: '50.1 kB',
    modifyEsbuildConfig: forProduction,
  },
  {
    name: 'client with protocol',
    path: 'packages/client/dist/index.js',
    import: '{ PPClient }',
    limit: '32 kB',
    modifyEsbuildConfig: forProduction,
  },
  {
    name: 'client and hooks as an app imports them, without react and zustand',
    path: 'packages/react/dist/index.js',
    import: '{ PPProvider, usePPRoom, usePPRoomState, usePresence, useAck, usePPEvent, usePPStatus }',
    ignore: ['react', 'react-dom', 'zustand', 'immer'],
    limit: '38.3 kB',
    gzip: true,
    modifyEsbuildConfig: forProduction,
  },
]
