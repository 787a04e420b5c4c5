;; Returns a list of figures that starts between two words.
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  ;; ok(score)
  (f64.store (i32.const 1032) (f64.const 0.5))
  (i32.store (i32.const 1040) (i32.const 8193))
  (i32.store (i32.const 1044) (i32.const 1))
  (i32.const 1024))
