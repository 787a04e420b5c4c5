;; Takes one page more than it may have.
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (drop (memory.grow (i32.sub (i32.const 16385) (memory.size))))
  (global.get $score))
