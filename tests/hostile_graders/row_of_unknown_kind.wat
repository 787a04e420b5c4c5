;; `validate` names a row that neither is there nor is not.
(func (export "#validate") (type $validate)
  (i32.store8 (i32.const 4104) (i32.const 2))
  (call $problem (i32.const 32) (i32.const 11)))
