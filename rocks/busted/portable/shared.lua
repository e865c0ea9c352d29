--- The one luassert of a process, for scripts that `require` it outside a run of specs.
return require("busted.portable.luassert").new()
