;; Returns a detail whose name is empty.
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (i32.store (i32.const 4096) (i32.const 2048))
  (i32.store (i32.const 4100) (i32.const 0))
  (f64.store (i32.const 4104) (f64.const 1))
  (f64.store (i32.const 1032) (f64.const 0.5))
  (i32.store (i32.const 1040) (i32.const 4096))
  (i32.store (i32.const 1044) (i32.const 1))
  (i32.const 1024))
