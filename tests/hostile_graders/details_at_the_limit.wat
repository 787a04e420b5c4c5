;; `grade` gives 1,024 details: no harm in that.
(func (export "#grade") (type $grade)
  (local $index i32) (local $place i32)
  (loop $again
    (local.set $place (i32.add (i32.const 4096) (i32.shl (local.get $index) (i32.const 4))))
    ;; Each name is a number of four bytes, in the letters a to p.
    (i32.store (i32.add (i32.const 0x10000) (i32.shl (local.get $index) (i32.const 2)))
      (i32.add (i32.const 0x61616161)
        (i32.or
          (i32.or (i32.and (local.get $index) (i32.const 15))
            (i32.shl (i32.and (i32.shr_u (local.get $index) (i32.const 4)) (i32.const 15)) (i32.const 8)))
          (i32.shl (i32.and (i32.shr_u (local.get $index) (i32.const 8)) (i32.const 15))
            (i32.const 16)))))
    (call $pair (local.get $place)
      (i32.add (i32.const 0x10000) (i32.shl (local.get $index) (i32.const 2)))
      (i32.const 4))
    (local.set $index (i32.add (local.get $index) (i32.const 1)))
    (br_if $again (i32.lt_u (local.get $index) (i32.const 1024))))
  (call $detailed (f64.const 0.5) (i32.const 1024)))
