;; `grade` gives a detail a name of 256 bytes: no harm in that.
(func (export "#grade") (type $grade)
  (call $pair (i32.const 4096) (i32.const 1024) (i32.const 256))
  (memory.fill (i32.const 1024) (i32.const 120) (i32.const 256))
  (call $detailed (f64.const 0.5) (i32.const 1)))
