;; `describe` says 7 where it should say 1 for true: the canonical ABI takes it as true.
(data (i32.const 1024) "weight")
(func (export "#describe") (result i32)
  (call $option (i32.const 0) (i32.const 1024) (i32.const 6))
  (i32.store8 (i32.const 4105) (i32.const 7))
  (call $describe (i32.const 64) (i32.const LENGTH) (i32.const 1)))
