// Lets `style` carry custom properties: they are how a component hands a colour or a rank to its stylesheet.
import 'react'

declare module 'react' {
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined
  }
}
