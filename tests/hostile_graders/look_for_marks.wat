;; Scores by the bytes that it finds in memory that it never wrote to: 64 MiB of it.
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (local $at i32)
  (local $found f64)
  (drop (memory.grow (i32.sub (i32.const 1024) (memory.size))))
  (local.set $at (i32.const 0x200000))
  (loop $next
    (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then (local.set $found (f64.add (local.get $found) (f64.const 1)))))
    (local.set $at (i32.add (local.get $at) (i32.const 8)))
    (br_if $next (i32.lt_u (local.get $at) (i32.const 0x4000000))))
  (f64.store (i32.const 1032) (local.get $found))
  (i32.const 1024))
