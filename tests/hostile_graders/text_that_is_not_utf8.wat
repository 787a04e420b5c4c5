;; `validate` gives a text that is not UTF-8.
(data (i32.const 1024) "no \ff\fe")
(func (export "#validate") (type $validate)
  (call $problem (i32.const 1024) (i32.const 5)))
