;; `describe` gives a name of 5 MiB.
(memory (export "memory") 128)
(func (export "#describe") (result i32)
  (memory.fill (i32.const 0x200000) (i32.const 120) (i32.const 0x500000))
  (call $describe (i32.const 0x200000) (i32.const 0x500000) (i32.const 0)))
