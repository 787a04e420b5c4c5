;; Asks for random numbers.
(component
  (import "wasi:random/random@0.2.0" (instance)))
