--- Stands in for the rock lua-cjson where C modules do not load: the same calls, over this project's `json`.
--
--    local cjson = require "cjson"
--    cjson.encode { 1, 2, cjson.null }
--
-- It has what lua-cjson 2.1.0 has and what OpenResty's releases of it added. docs/rocks.md lists in what they differ.
--
-- @module cjson

return require "cjson.codec" (false)
