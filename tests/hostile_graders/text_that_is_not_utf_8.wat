;; Returns a text that is none.
(data (i32.const 2048) "\ff\fe\c0\80")
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  ;; err(invalid-submission(text))
  (i32.store8 (i32.const 1024) (i32.const 1))
  (i32.store8 (i32.const 1032) (i32.const 0))
  (i32.store (i32.const 1036) (i32.const 2048))
  (i32.store (i32.const 1040) (i32.const 4))
  (i32.const 1024))
