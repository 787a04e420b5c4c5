;; Takes every page it may have, 1 GiB, uses the last byte, and is honest.
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (if (i32.eq (memory.grow (i32.sub (i32.const 16384) (memory.size))) (i32.const -1)) (then (unreachable)))
  (i32.store8 (i32.const 0x3fffffff) (i32.const 1))
  (global.get $score))
