;; `grade` gives a detail a name of 257 bytes.
(func (export "#grade") (type $grade)
  (call $pair (i32.const 4096) (i32.const 1024) (i32.const 257))
  (memory.fill (i32.const 1024) (i32.const 120) (i32.const 257))
  (call $detailed (f64.const 0.5) (i32.const 1)))
