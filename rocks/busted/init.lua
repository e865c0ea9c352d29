--- What `require "busted"` gives outside a run of specs: the words and the assertions. In specs that
-- `moonwire spec` runs, the running runner gives its own.
return require("busted.portable.core").new().api
