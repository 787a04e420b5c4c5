;; It imports an instance, a function and a type.
(component
  (import "wasi:cli/environment@0.2.0" (instance))
  (import "tell" (func (param "what" string)))
  (import "thing" (type (sub resource))))
