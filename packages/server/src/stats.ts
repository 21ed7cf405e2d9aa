// Figures at a glance, for dashboards.

export interface ServerStats {
  /** Sessions, dropped ones included. */
  clients: number
  /** Sessions whose connection is open. */
  connected: number
  /** Event rooms and state rooms that have members. */
  rooms: number
  presenceTracked: number
  /** Seconds since the server was made. */
  uptime: number
  plugins: string[]
}
