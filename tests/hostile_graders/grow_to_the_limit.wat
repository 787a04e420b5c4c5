;; `grade` takes all the memory that it may have, and uses its last byte: no harm in that.
(func (export "#grade") (type $grade)
  (if (i32.ne (memory.grow (i32.sub (i32.const 16384) (memory.size))) (i32.const 8)) (then unreachable))
  (i32.store8 (i32.const 0x3fffffff) (i32.const 1))
  (call $score (f64.const 0.5)))
