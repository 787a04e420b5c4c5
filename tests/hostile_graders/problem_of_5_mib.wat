;; `validate` describes a problem in 5 MiB.
(memory (export "memory") 128)
(func (export "#validate") (type $validate)
  (memory.fill (i32.const 0x200000) (i32.const 120) (i32.const 0x500000))
  (call $problem (i32.const 0x200000) (i32.const 0x500000)))
