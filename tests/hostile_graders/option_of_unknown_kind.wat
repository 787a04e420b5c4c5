;; `describe` lists an option of a kind that there is not.
(func (export "#describe") (result i32)
  (call $option (i32.const 0) (i32.const 32) (i32.const 2))
  (i32.store8 (i32.const 4104) (i32.const 8))
  (call $describe (i32.const 64) (i32.const LENGTH) (i32.const 1)))
