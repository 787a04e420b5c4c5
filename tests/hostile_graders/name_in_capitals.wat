;; `describe` gives a name that is not of lower-case words with hyphens.
(data (i32.const 1024) "ROC AUC")
(func (export "#describe") (result i32)
  (call $describe (i32.const 1024) (i32.const 7) (i32.const 0)))
