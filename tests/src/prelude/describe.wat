(func (export "#describe") (result i32)
  (call $describe (i32.const 64) (i32.const LENGTH) (i32.const 0)))
