;; Takes two options of one name.
(data (i32.const 2048) "the-same")
(func $describe (result i32)
  (local $index i32)
  (local $at i32)
  (loop $next
    (local.set $at (i32.add (i32.const 16384) (i32.mul (local.get $index) (i32.const 20))))
    (i32.store (local.get $at) (i32.const 2048))
    (i32.store offset=4 (local.get $at) (i32.const 8))
    (local.set $index (i32.add (local.get $index) (i32.const 1)))
    (br_if $next (i32.lt_u (local.get $index) (i32.const 2))))
  (i32.store offset=28 (global.get $description) (i32.const 16384))
  (i32.store offset=32 (global.get $description) (i32.const 2))
  (global.get $description))
