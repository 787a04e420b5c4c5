;; Scores by how often it was asked.
(global $asked (mut f64) (f64.const 0))
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (global.set $asked (f64.add (global.get $asked) (f64.const 1)))
  ;; The memory counts too.
  (i32.store (i32.const 4096) (i32.add (i32.load (i32.const 4096)) (i32.const 1)))
  (f64.store (i32.const 1032) (f64.add (global.get $asked) (f64.convert_i32_u (i32.load (i32.const 4096)))))
  (i32.const 1024))
