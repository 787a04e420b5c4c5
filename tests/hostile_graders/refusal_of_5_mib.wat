;; `grade` gives a reason of 5 MiB.
(memory (export "memory") 128)
(func (export "#grade") (type $grade)
  (memory.fill (i32.const 0x200000) (i32.const 120) (i32.const 0x500000))
  (call $refuse (i32.const 0) (i32.const 0x200000) (i32.const 0x500000)))
