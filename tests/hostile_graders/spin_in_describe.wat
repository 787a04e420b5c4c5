;; `describe` never ends.
(func (export "#describe") (result i32)
  (call $spin)
  (unreachable))
