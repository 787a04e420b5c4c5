;; It has an option that competitions give no value, or a wrong one.
(data (i32.const 1024) "weight")
(func (export "#describe") (result i32)
  (call $option (i32.const 0) (i32.const 1024) (i32.const 6))
  (i32.store8 (i32.const 4105) (i32.const 1))
  (call $describe (i32.const 64) (i32.const LENGTH) (i32.const 1)))
;; The score is the weight: option 0's name, kind, value.
(func (export "#grade") (type $grade)
  (if (i32.ne (local.get 7) (i32.const 1)) (then unreachable))
  (if (i32.ne (i32.load8_u offset=8 (local.get 6)) (i32.const 2)) (then unreachable))
  (call $score (f64.load offset=16 (local.get 6))))
