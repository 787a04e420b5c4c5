;; It imports randomness.
(component
  (import "wasi:random/random@0.2.0" (instance)))
