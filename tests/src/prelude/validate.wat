(func (export "#validate") (type $validate)
  (i32.const 768))
