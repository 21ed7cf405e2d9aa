// Twelve in motion: React renders nothing for it, and a frame's script is short.
import { expect, IN_MOTION, test } from './fixtures.js'

test.use(IN_MOTION)

declare global {
  interface Window {
    __commits?: number
    __frames?: number[]
  }
}

test.describe('a full floor', () => {
  // In a lobby everybody walks and nobody paints: all that changes is motion.
  test.use({ timing: 'lobby:600', fillTo: 12, tickHz: 60 })

  test('twelve walk about, and no commit of React comes from it', async ({ game, visitors }) => {
    const [ada] = await visitors(1)
    await ada!.page.addInitScript(countCommits)
    await ada!.open()
    await ada!.join()
    await expect(ada!.page.getByTestId('player-row')).toHaveCount(11)
    const before = await ada!.replica()
    await ada!.page.keyboard.down('ArrowRight')
    const { commits, clock, p95 } = await ada!.page.evaluate(watchMotion)
    const after = await ada!.replica()
    const moved = Object.entries(after.state.players).filter(([id, { x, y }]) => {
      const was = before.state.players[id]
      return was !== undefined && (was.x !== x || was.y !== y)
    })
    expect(moved.length, 'they did move').toBeGreaterThan(8)
    expect(commits, `but for the clock's ${clock}`).toBe(0)
    test.info().annotations.push({ type: 'frame script p95', description: `${p95.toFixed(2)} ms` })
    process.stdout.write(`frame script p95, twelve in motion: ${p95.toFixed(2)} ms\n`)
    expect((await game.arena()).state.phase).toBe('lobby')
  })
})

/** Runs in the page before its scripts: React tells every commit to whoever stands in for its devtools. */
function countCommits(): void {
  window.__commits = 0
  Object.assign(window, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      isDisabled: false,
      inject: () => 1,
      onScheduleFiberRoot() {},
      onCommitFiberUnmount() {},
      onPostCommitFiberRoot() {},
      onCommitFiberRoot() {
        window.__commits = (window.__commits ?? 0) + 1
      },
    },
  })
  const frames: number[] = (window.__frames = [])
  const ask = window.requestAnimationFrame.bind(window)
  window.requestAnimationFrame = (run) =>
    ask((now) => {
      const start = performance.now()
      run(now)
      frames.push(performance.now() - start)
    })
}

/** Three seconds of motion; commits of the seconds of the clock are told apart by the text that they change. */
async function watchMotion(): Promise<{ commits: number; clock: number; p95: number }> {
  const words = () => document.querySelector('[data-testid="clock"]')?.textContent ?? ''
  let clock = 0
  let [last, seen] = [words(), window.__commits ?? 0]
  let commits = 0
  if (window.__frames !== undefined) window.__frames.length = 0
  const until = performance.now() + 3_000
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 4))
    const now = window.__commits ?? 0
    if (now === seen) continue
    if (words() === last) commits += now - seen
    else clock += now - seen
    ;[last, seen] = [words(), now]
  }
  const frames = [...(window.__frames ?? [])].sort((a, b) => a - b)
  return { commits, clock, p95: frames[Math.floor(frames.length * 0.95)] ?? 0 }
}
