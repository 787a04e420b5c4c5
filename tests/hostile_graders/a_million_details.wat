;; `grade` gives a million details.
(memory (export "memory") 256)
(func (export "#grade") (type $grade)
  (local $index i32) (local $place i32)
  (loop $again
    (local.set $place (i32.add (i32.const 4096) (i32.shl (local.get $index) (i32.const 4))))
    (call $pair (local.get $place) (i32.const 32) (i32.const 2))
    (local.set $index (i32.add (local.get $index) (i32.const 1)))
    (br_if $again (i32.lt_u (local.get $index) (i32.const 1000000))))
  (call $detailed (f64.const 0.5) (i32.const 1000000)))
