// `GET /__painda/place?url=…&line=…&column=…` of the dev server: where what the browser runs was written. The browser knows only the
// lines of what Vite made of a file.
import { SourceMap } from 'node:module'
import { relative } from 'node:path'
import type { ViteDevServer } from 'vite'
import { refusalOf, type ToolsAnswer, type ToolsRequest } from './tools-endpoint.js'

const PATH = '/__painda/place'

export interface PlaceSource {
  readonly root: string
  /** The module that a URL of the page names; null when there is none. */
  moduleOf(url: string): Promise<{ readonly file: string; readonly map: unknown } | null>
}

/** Null: the request is not for us. */
export function answerPlace(source: PlaceSource, request: ToolsRequest): Promise<ToolsAnswer> | null {
  const [path, query = ''] = (request.url ?? '').split('?')
  return path === PATH ? answer(source, request, query) : null
}

async function answer(source: PlaceSource, request: ToolsRequest, query: string): Promise<ToolsAnswer> {
  const refused = refusalOf(request)
  if (refused !== null) return refused
  const wish = new URLSearchParams(query)
  const [line, column] = [Number(wish.get('line')), Number(wish.get('column'))]
  if (!Number.isInteger(line) || !Number.isInteger(column) || line < 1 || column < 1)
    return { status: 400, body: { error: 'line and column are numbers from 1.' } }
  const found = await source.moduleOf(pathOf(wish.get('url') ?? ''))
  if (found === null) return { status: 404, body: { error: 'No such module.' } }
  const [writtenLine, writtenColumn] = written(found.map, line, column)
  const place = { file: found.file, path: relative(source.root, found.file), line: writtenLine }
  return { status: 200, body: { ...place, column: writtenColumn } }
}

/** The modules of a Vite server. */
export function modulesOf({ config, environments }: ViteDevServer): PlaceSource {
  return {
    root: config.root,
    async moduleOf(url) {
      const own = url.startsWith(config.base) ? `/${url.slice(config.base.length)}` : url
      const found = await environments.client.moduleGraph.getModuleByUrl(own).catch(() => undefined)
      const file = found?.file ?? null
      return file === null ? null : { file, map: found?.transformResult?.map }
    },
  }
}

/** The place in the file; the same numbers where nothing was made of it. */
function written(map: unknown, line: number, column: number): [line: number, column: number] {
  if (typeof map !== 'object' || map === null || !('mappings' in map) || map.mappings === '')
    return [line, column]
  // It was checked to be a map; Node reads no more of it than its mappings and sources.
  const entry: object = new SourceMap(map as unknown as ConstructorParameters<typeof SourceMap>[0]).findEntry(
    line - 1,
    column - 1,
  )
  if (!('originalLine' in entry) || !('originalColumn' in entry)) return [line, column]
  return [Number(entry.originalLine) + 1, Number(entry.originalColumn) + 1]
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]*/, '')
}
