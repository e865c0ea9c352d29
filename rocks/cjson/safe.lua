--- `cjson` whose encode and decode return nil and a message instead of raising.
--
-- @module cjson.safe

return require "cjson.codec" (true)
