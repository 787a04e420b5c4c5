;; It is a component that does nothing.
(component)
