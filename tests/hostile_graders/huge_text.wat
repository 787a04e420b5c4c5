;; Returns a text of eight MiB.
(memory (export "memory") 256)
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  ;; err(invalid-submission(text))
  (i32.store8 (i32.const 1024) (i32.const 1))
  (i32.store8 (i32.const 1032) (i32.const 0))
  (i32.store (i32.const 1036) (i32.const 0))
  (i32.store (i32.const 1040) (i32.const 8388608))
  (i32.const 1024))
