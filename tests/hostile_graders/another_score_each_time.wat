;; Its score depends on how often it was asked, by a global and by memory: every grading is the first.
(global $times (mut i32) (i32.const 0))
(func (export "#validate") (type $validate)
  (global.set $times (i32.add (global.get $times) (i32.const 1)))
  (i32.store (i32.const 1024) (i32.add (i32.load (i32.const 1024)) (i32.const 1)))
  (i32.const 768))
(func (export "#grade") (type $grade)
  (call $score (f64.convert_i32_u (i32.add (global.get $times) (i32.mul (i32.const 16) (i32.load (i32.const 1024)))))))
