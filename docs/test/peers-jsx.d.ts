// The elements that React Three Fiber adds to JSX, as far as the recipe uses them.
import type { ReactNode, Ref } from 'react'
import type { Mesh } from 'three'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      mesh: { ref: Ref<Mesh>; children: ReactNode }
      boxGeometry: object
      meshStandardMaterial: object
    }
  }
}
