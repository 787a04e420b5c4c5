;; Its score says whether memory that it never wrote is zero, and then it fills all of it for the next one to see.
(func (export "#grade") (type $grade)
  (local $place i32) (local $seen i64)
  (drop (memory.grow (i32.const 56)))
  (local.set $place (i32.const 0x20000))
  (loop $again
    (local.set $seen (i64.or (local.get $seen) (i64.load (local.get $place))))
    (local.set $place (i32.add (local.get $place) (i32.const 8)))
    (br_if $again (i32.lt_u (local.get $place) (i32.const 0x400000))))
  (memory.fill (i32.const 0x20000) (i32.const 0xaa) (i32.const 0x3e0000))
  (call $score (f64.convert_i32_u (i64.eqz (local.get $seen)))))
