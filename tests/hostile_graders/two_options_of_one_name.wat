;; `describe` lists two options of one name, of which a competition could set one.
(data (i32.const 1024) "weight")
(func (export "#describe") (result i32)
  (call $option (i32.const 0) (i32.const 1024) (i32.const 6))
  (call $option (i32.const 1) (i32.const 1024) (i32.const 6))
  (call $describe (i32.const 64) (i32.const LENGTH) (i32.const 2)))
