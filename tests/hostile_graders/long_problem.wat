;; `validate` describes a problem in 5,000 bytes.
(func (export "#validate") (type $validate)
  (memory.fill (i32.const 0x10000) (i32.const 120) (i32.const 5000))
  (call $problem (i32.const 0x10000) (i32.const 5000)))
