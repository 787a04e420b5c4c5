;; `grade` asks a thousand times for more than its own maximum, is refused, and scores all the same.
(memory (export "memory") 8 9)
(func (export "#grade") (type $grade)
  (local $times i32)
  (loop $again
    (if (i32.ne (memory.grow (i32.const 2)) (i32.const -1)) (then unreachable))
    (local.set $times (i32.add (local.get $times) (i32.const 1)))
    (br_if $again (i32.lt_u (local.get $times) (i32.const 1000))))
  (call $score (f64.const 0.5)))
