;; Never ends, before anything is called.
(func $spin (loop $again (br $again)))
(start $spin)
