// A copy of the server with a fault in it: as soon as two are in an arena, one tile changes past the tracker, so that nobody
// is ever told. Loaded before the server's first line.
globalThis[Symbol.for('painda.devtools')] = {
  attachServer(server) {
    setInterval(() => {
      for (const room of server.rooms()) {
        if (room.name === 'arena' && room.clients.length === 2) room.state.floor[17][0] = 99
      }
    }, 50).unref()
  },
}
