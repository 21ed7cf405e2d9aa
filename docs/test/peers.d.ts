// What the recipes use of libraries that are too large to install for a type check.
declare module 'three' {
  export interface Mesh {
    position: { set(x: number, y: number, z: number): void }
  }
}
declare module '@react-three/fiber' {
  import type { ReactNode } from 'react'
  export function Canvas(props: { children?: ReactNode }): ReactNode
  export function useFrame(callback: () => void): void
}
declare module 'pixi.js' {
  interface Node {
    destroy(): void
  }
  export class Graphics implements Node {
    readonly position: { set(x: number, y: number): void }
    rect(x: number, y: number, width: number, height: number): this
    fill(color: string): this
    destroy(): void
  }
  export class Application {
    readonly canvas: HTMLCanvasElement
    readonly stage: { addChild(child: Node): void }
    readonly ticker: { add(callback: () => void): void }
    init(options: { width: number; height: number }): Promise<void>
    destroy(isViewRemoved: boolean, options: { children: boolean }): void
  }
}
