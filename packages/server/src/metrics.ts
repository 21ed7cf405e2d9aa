// Counters of a server's life, for dashboards and Prometheus: an ordinary plugin on the hooks and the inspect stream.
import type { PPPlugin } from './plugin.js'

export interface Metrics {
  messagesReceived: number
  messagesSent: number
  bytesReceived: number
  bytesSent: number
  connectionsTotal: number
  disconnectionsTotal: number
  roomJoinsTotal: number
  roomLeavesTotal: number
  errorsTotal: number
}

/** What `server.getPlugin('pp-metrics')` gives. */
export interface MetricsApi {
  /** The counts since the plugin was registered; they only grow. */
  snapshot(): Metrics
}

/** `server.register(ppMetricsPlugin)`. Messages are those of the wire: heartbeats and confirmations count too. */
export const ppMetricsPlugin: PPPlugin = {
  name: 'pp-metrics',
  install({ inspector, expose }) {
    const metrics: Metrics = {
      messagesReceived: 0,
      messagesSent: 0,
      bytesReceived: 0,
      bytesSent: 0,
      connectionsTotal: 0,
      disconnectionsTotal: 0,
      roomJoinsTotal: 0,
      roomLeavesTotal: 0,
      errorsTotal: 0,
    }
    const stop = inspector.listen((event) => {
      if (event.kind !== 'frame') return
      if (event.direction === 'in') {
        metrics.messagesReceived += event.messages.length
        metrics.bytesReceived += event.bytes.byteLength
      } else {
        metrics.messagesSent += event.messages.length
        metrics.bytesSent += event.bytes.byteLength
      }
    })
    const api: MetricsApi = { snapshot: () => ({ ...metrics }) }
    expose(api)
    return {
      onConnect: () => void metrics.connectionsTotal++,
      onDisconnect: () => void metrics.disconnectionsTotal++,
      onRoomJoin: () => void metrics.roomJoinsTotal++,
      onRoomLeave: () => void metrics.roomLeavesTotal++,
      onError: () => void metrics.errorsTotal++,
      onShutdown: stop,
    }
  },
}
