;; Asks for more than can be listed.
(component
  (import "wasi:cli/thing0@0.2.0" (instance))
  (import "wasi:cli/thing1@0.2.0" (instance))
  (import "wasi:cli/thing2@0.2.0" (instance))
  (import "wasi:cli/thing3@0.2.0" (instance))
  (import "wasi:cli/thing4@0.2.0" (instance))
  (import "wasi:cli/thing5@0.2.0" (instance))
  (import "wasi:cli/thing6@0.2.0" (instance))
  (import "wasi:cli/thing7@0.2.0" (instance))
  (import "wasi:cli/thing8@0.2.0" (instance))
  (import "wasi:cli/thing9@0.2.0" (instance))
  (import "wasi:cli/thing10@0.2.0" (instance))
  (import "wasi:cli/thing11@0.2.0" (instance)))
