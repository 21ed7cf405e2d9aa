// Sound without a file: a few oscillators. Silent until somebody asks for it, as browsers and neighbours want it.
import { currentSettings } from './settings.js'

export type Sound = 'tile' | 'coin' | 'boom' | 'freeze' | 'shield' | 'dash' | 'combo' | 'tick' | 'go' | 'win'

interface Voice {
  type: OscillatorType
  from: number
  to: number
  seconds: number
  volume: number
}

const VOICES: Readonly<Record<Sound, Voice>> = {
  tile: { type: 'sine', from: 520, to: 620, seconds: 0.05, volume: 0.025 },
  coin: { type: 'triangle', from: 880, to: 1320, seconds: 0.14, volume: 0.08 },
  boom: { type: 'sawtooth', from: 160, to: 38, seconds: 0.4, volume: 0.14 },
  freeze: { type: 'triangle', from: 1400, to: 300, seconds: 0.4, volume: 0.08 },
  shield: { type: 'sine', from: 300, to: 700, seconds: 0.3, volume: 0.09 },
  dash: { type: 'sine', from: 260, to: 900, seconds: 0.16, volume: 0.07 },
  combo: { type: 'triangle', from: 660, to: 1480, seconds: 0.2, volume: 0.08 },
  tick: { type: 'square', from: 440, to: 440, seconds: 0.08, volume: 0.04 },
  go: { type: 'square', from: 880, to: 880, seconds: 0.25, volume: 0.05 },
  win: { type: 'triangle', from: 523, to: 1046, seconds: 0.6, volume: 0.1 },
}

let context: AudioContext | null = null

/** Plays a sound where the settings allow it. A browser that refuses, or has no audio, stays silent. */
export function play(sound: Sound, pitch = 1): void {
  if (!currentSettings().sound || document.hidden) return
  context ??= createContext()
  if (context === null) return
  if (context.state === 'suspended') void context.resume()
  const { type, from, to, seconds, volume } = VOICES[sound]
  const start = context.currentTime
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.type = type
  oscillator.frequency.setValueAtTime(from * pitch, start)
  oscillator.frequency.exponentialRampToValueAtTime(to * pitch, start + seconds)
  gain.gain.setValueAtTime(volume, start)
  gain.gain.exponentialRampToValueAtTime(0.0001, start + seconds)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(start)
  oscillator.stop(start + seconds)
}

function createContext(): AudioContext | null {
  try {
    return new AudioContext()
  } catch {
    return null
  }
}
