;; `validate` never ends.
(func (export "#validate") (type $validate)
  (call $spin)
  (unreachable))
